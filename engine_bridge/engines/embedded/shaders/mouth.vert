// The mouth's inside: teeth and tongue, or the skin's lining. All of it is drawn a little further from the camera than
// it is, so that lips and cheeks hide it wherever they come too close.
in vec3 position;
in vec3 normal;
#ifdef LINING
in vec3 rest;
#else
in vec4 place;             // 0: teeth: tooth, place across the row, 1 above; 1: tongue: along, sideways, height
#endif
uniform vec3 eye_position;
uniform float tongue_out;
uniform mat4 camera;
out vec3 P;
out vec3 N;
out vec4 F;

const float BEHIND_DM = 0.16;

void main() {
    P = position;
    N = normal;
    float behind = BEHIND_DM;
#ifdef LINING
    F = vec4(rest, 0.0);
#else
    F = place;
    // What has come out is in front of the lips.
    if (place.x > 0.5) behind *= 1.0 - tongue_out * smoothstep(0.35, 0.60, place.y);
#endif
    gl_Position = camera * vec4(position, 1.0);
    vec4 pushed = camera * vec4(position + behind * normalize(position - eye_position), 1.0);
    gl_Position.z = pushed.z / pushed.w * gl_Position.w;
}
