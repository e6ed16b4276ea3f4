// Lashes: strips that fade from the lid to their tips, thinner on the lower lid.
in vec3 P;
in vec3 N;
in vec3 R;
uniform vec3 hair_colour;
uniform vec3 rest_ball;    // middle of the neutral left eyeball
out vec4 pixel;

void main() {
    float reach = length(vec3(abs(R.x), R.yz) - rest_ball);
    float lower = smoothstep(7.29, 7.26, R.y + 0.12 * (abs(R.x) - 0.29));
    float tip = smoothstep(0.215 - 0.03 * lower, 0.150, reach);
    float density = (0.60 + 0.38 * LASHES_DARKNESS) * mix(1.0, 0.40, lower);
    pixel = vec4(hair_colour * 0.10, density * tip);
}
