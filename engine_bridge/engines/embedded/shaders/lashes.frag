// Lashes: strips along the lids, covered with strokes that thin out towards their tips, sparser on the lower lid.
in vec3 P;
in vec3 N;
in vec3 R;
in vec4 open_sky;
uniform sampler2D lash;
uniform vec3 hair_colour;
uniform vec3 rest_ball;    // middle of the neutral left eyeball
uniform float detail;
out vec4 pixel;

void main() {
    float reach = length(vec3(abs(R.x), R.yz) - rest_ball);
    float lower = smoothstep(7.29, 7.26, R.y + 0.12 * (abs(R.x) - 0.29));
    float out_from_lid = clamp((reach - 0.150) / (0.075 - 0.02 * lower), 0.0, 1.0);
    float stroke = textureLod(lash, vec2(abs(R.x) * 2.6, out_from_lid), min(detail, 1.0)).r;
    float fade = smoothstep(1.0, 0.35, out_from_lid);
    float density = (0.66 + 0.34 * LASHES_DARKNESS) * mix(1.0, 0.45, lower);
    float cover = clamp(density * fade * (0.35 + 0.9 * stroke), 0.0, 1.0);
#ifdef TRUTH
    if (cover < 0.5) discard;
    pixel = vec4(3.0, 10.0 / gl_FragCoord.w, 0.0, 1.0);
    return;
#endif
    pixel = vec4(hair_colour * 0.10, cover);
}
