// Three lights and a dome in linear light. Wrap lets light bleed past the shadow's edge, redder than it came;
// the baked sky keeps it out of nostrils, lid folds and the shade of nose and chin, wherever it comes from.
uniform vec3 eye_position;
uniform vec3 key_direction, key_colour;

const vec3 FILL = vec3(-0.7474, 0.1495, 0.6473), RIM = vec3(-0.35, 0.45, -0.82), SIDE = vec3(0.80, 0.25, -0.55);
const vec3 FILL_COLOUR = vec3(0.27, 0.285, 0.32), RIM_COLOUR = vec3(0.55, 0.58, 0.64), SIDE_COLOUR = vec3(0.30, 0.27, 0.24);

float seen(vec4 sky, vec3 d) { return clamp(sky.x + dot(sky.yzw, d), 0.0, 1.0); }

vec3 wrapped(vec3 n, vec3 d, vec3 wrap) { return max(vec3(0.0), (vec3(dot(n, d)) + wrap) / (1.0 + wrap)); }

vec3 diffuse(vec3 n, vec4 sky, vec3 wrap) {
    float shade = seen(sky, key_direction);
    vec3 key = wrapped(n, key_direction, wrap) * mix(vec3(shade), vec3(1.0), 0.5 * wrap);
    vec3 fill = wrapped(n, FILL, wrap) * seen(sky, FILL);
    float open = clamp(sky.x + 0.66 * dot(sky.yzw, n), 0.05, 1.0);
    // Light that has been inside a crease comes out redder.
    vec3 ambient = vec3(open, open * (0.30 + 0.70 * open), open * (0.36 + 0.64 * open));
    vec3 dome = mix(vec3(0.150, 0.125, 0.115), vec3(0.330, 0.350, 0.385), 0.5 + 0.5 * n.y) * ambient;
    vec3 rim = max(0.0, dot(n, RIM)) * RIM_COLOUR + max(0.0, dot(n, SIDE)) * SIDE_COLOUR;
    return key * key_colour + fill * FILL_COLOUR + dome + rim * open;
}

// A lobe about the half vector (Blinn, 1977) of each of the two front lights: e^(-power (1 - n.h)).
vec2 half_cosines(vec3 n, vec3 view) {
    return vec2(dot(n, normalize(key_direction + view)), dot(n, normalize(FILL + view)));
}

float lobe(vec2 cosines, vec4 sky, float power) {
    vec2 both = exp2(-1.4427 * power * (1.0 - max(cosines, vec2(0.0))));
    return both.x * seen(sky, key_direction) + 0.30 * both.y * seen(sky, FILL);
}
