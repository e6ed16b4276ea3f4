// The skin's moved points, and what the fragments need of their place on the head.
in vec3 position;
in vec3 normal;
in vec3 paint;             // logarithm of the factor on the skin's albedo
in vec2 cover;             // beard, depth of lines
in vec3 rest;
in vec2 place;             // on the face map, dm
in vec4 sky;               // visibility of direction d is sky.x + dot(sky.yzw, d)
uniform mat4 camera;
out vec3 P;
out vec3 N;
out vec3 R;
out vec2 M;
out vec3 tint;
out vec2 covered;
out vec4 open_sky;

void main() {
    P = position;
    N = normal;
    R = rest;
    M = place;
    tint = exp(paint);
    covered = cover;
    open_sky = sky;
    gl_Position = camera * vec4(position, 1.0);
    // The bust ends in a round cut, far below the canonical picture.
    vec3 below = (rest - vec3(0.0, 6.80, 0.45)) * vec3(0.92, 1.0, 0.8);
    gl_ClipDistance[0] = 1.19 - length(vec3(below.x, min(below.y, 0.0), below.z)) + max(below.y, 0.0);
}
