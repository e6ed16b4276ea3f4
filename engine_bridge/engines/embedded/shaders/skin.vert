// Paints what varies slowly over the face once a vertex: regional tones, make-up, beard and the hairline.
// All is anchored on the neutral head's coordinates in dm, where R.x > 0 is its left, eyes at y 7.29, mouth at y 6.61.
in vec3 position;
in vec3 normal;
in vec3 rest;
in vec4 mask;              // lips, lids, face, ears
in float cavity;
in float cloud;            // slow noise, 0..1
uniform mat4 camera;
uniform float hair_dm;     // how far the hair stands off the scalp; below nought: bald
out vec3 P;
out vec3 N;
out vec3 R;
out vec3 tint;             // factor on the skin's albedo
out vec4 cover;            // lips, lids, distance to the hairline, beard
out float occlusion;

float amount(float slider) { float a = 0.5 + 0.5 * slider; return a * a; }
float bell(float x, float width) { x /= width; return exp(-x * x); }

float hairline(vec3 q, float ear) {
    float x = abs(q.x);
    float line = 7.96 + 0.15 * HAIR_HAIRLINE - 0.10 * smoothstep(0.12, 0.0, x) * amount(HAIR_PEAK)
        + (0.04 + 0.15 * HAIR_RECESSION) * bell(x - 0.36, 0.15)
        - 0.95 * smoothstep(0.38, 0.70, x) - 0.35 * smoothstep(0.9, 0.3, q.z);
    float sideburn = min(0.10 - abs(q.z - 0.60), min(q.y - 7.22 + 0.28 * HAIR_SIDEBURNS, x - 0.55));
    float back = min(0.35 - q.z, q.y - 6.6);
    return max(max(q.y - line, back), sideburn) - smoothstep(0.15, 0.45, ear);
}

float beard(vec3 q) {
    float x = abs(q.x);
    float moustache = bell(q.y - 6.765 + 0.3 * x * x, 0.05) * smoothstep(0.28, 0.17, x) * smoothstep(1.2, 1.3, q.z);
    float chin = bell(x, 0.19) * smoothstep(6.51, 6.42, q.y);
    float line = 6.50 + 0.62 * smoothstep(0.20, 0.58, x);
    float cheeks = smoothstep(line + 0.18, line - 0.16, q.y) * smoothstep(0.10, 0.36, x) * smoothstep(0.40, 0.58, q.z);
    float grown = max(moustache * amount(BEARD_MOUSTACHE), max(chin * amount(BEARD_CHIN), cheeks * amount(BEARD_CHEEKS)));
    return grown * smoothstep(5.85, 6.1, q.y);
}

vec3 paint(vec3 q) {
    float x = abs(q.x);
    vec3 t = vec3(0.0);
    t += (0.05 + 0.045 * SKIN_BLOTCHES) * 2.0 * (cloud - 0.5) * vec3(0.6, 1.2, 1.1);
    t += 0.16 * COMPLEXION_FOREHEAD * smoothstep(7.48, 7.75, q.y);
    t += 0.16 * COMPLEXION_CHIN * smoothstep(6.85, 6.60, q.y) * smoothstep(0.45, 0.20, x) * smoothstep(5.9, 6.2, q.y);
    t += 0.18 * COMPLEXION_JAW * smoothstep(0.24, 0.50, x) * smoothstep(6.80, 6.50, q.y) * smoothstep(5.9, 6.2, q.y);
    vec2 cheek = vec2(x - 0.40, q.y - 6.93 - 0.12 * COMPLEXION_CHEEK_HEIGHT);
    t += (0.10 + 0.13 * COMPLEXION_CHEEK_REDNESS) * exp(-dot(cheek, cheek) / 0.030) * vec3(0.15, -1.0, -0.8);
    t += (0.08 + 0.13 * COMPLEXION_NOSE_REDNESS) * bell(x, 0.16) * bell(q.y - 6.91, 0.13) * smoothstep(1.35, 1.5, q.z) * vec3(0.1, -1.0, -0.8);
    vec2 blush = vec2((x - 0.50) * 0.8, q.y - 6.97 - 0.3 * (x - 0.5));
    vec3 rose = mix(vec3(0.0, -0.9, -1.5), vec3(-0.05, -1.3, -0.7), 0.5 + 0.5 * MAKEUP_BLUSH_HUE);
    t += 0.40 * amount(MAKEUP_BLUSH) * exp(-dot(blush, blush) / 0.022) * rose;
    vec2 hollow = vec2(x - 0.46, q.y - 6.70 - 0.35 * (x - 0.46));
    t -= 0.38 * amount(COMPLEXION_CHEEK_SHADOW) * bell(hollow.y, 0.11) * bell(hollow.x, 0.20);
    vec2 under = vec2((x - 0.29) / 0.16, (q.y - 7.14 - 0.25 * (x - 0.3) * (x - 0.3)) / 0.055);
    vec3 circle = mix(vec3(-0.6, -0.9, -1.2), vec3(-0.9, -1.15, -0.65), 0.5 + 0.5 * COMPLEXION_DARK_CIRCLE_TINT);
    t += 0.50 * amount(COMPLEXION_DARK_CIRCLES) * exp(-dot(under, under)) * circle;
    vec2 lid = vec2((x - 0.30) / 0.19, (q.y - 7.385) / 0.060);
    float on_lid = exp(-dot(lid, lid)) + 0.5 * mask.g * step(7.28, q.y);
    t += 0.20 * COMPLEXION_LIDS * on_lid;
    vec3 shade = mix(vec3(-0.7, -1.3, -1.7), vec3(-1.5, -1.0, -0.35), 0.5 + 0.5 * MAKEUP_EYE_SHADOW_HUE);
    t += 0.65 * amount(MAKEUP_EYE_SHADOW) * on_lid * shade;
    t -= mask.g * (0.10 + 0.65 * amount(MAKEUP_EYE_LINER));
    // The inside of the mouth, seen only through a slit between the lips.
    t -= 1.5 * smoothstep(1.475, 1.445, q.z + 1.2 * x * x) * smoothstep(0.26, 0.22, x) * bell(q.y - 6.615, 0.10);
    return exp(t);
}

void main() {
    float line = hair_dm < 0.0 ? -1.0 : hairline(rest, mask.a);
    float volume = max(hair_dm, 0.0) * (0.75 + 0.25 * HAIR_DENSITY) * smoothstep(-0.02, 0.16, line);
    P = position + normal * volume;
    N = normal;
    R = rest;
    tint = paint(rest);
    cover = vec4(mask.r, mask.g, line, beard(rest));
    occlusion = 1.0 - 0.55 * cavity;
    gl_Position = camera * vec4(P, 1.0);
}
