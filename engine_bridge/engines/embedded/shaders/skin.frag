// Skin at pixel scale: grain, freckles, age lines, lips, brows and hair strands, then the shading.
in vec3 P;
in vec3 N;
in vec3 R;
in vec3 tint;
in vec4 cover;
in float occlusion;
uniform sampler2D noise;   // fine, medium, coarse, strands
uniform vec3 skin_colour, lip_colour, hair_colour, brow_colour, beard_colour;
out vec4 pixel;

float faint(float slider) { float a = 0.5 + 0.5 * slider; return a * a * a; }
float bell(float x, float width) { x /= width; return exp(-x * x); }

float brow(vec2 q) {
    float inner = 0.105 + 0.030 * BROW_GAP, outer = 0.44 + 0.06 * BROW_LENGTH;
    float along = clamp((q.x - inner) / (outer - inner), -0.2, 1.2);
    float rise = (along - 0.62) / 0.62;
    float middle = 7.462 + 0.035 * BROW_HEIGHT + (0.045 + 0.040 * BROW_ARCH) * (1.0 - rise * rise) - 0.010 * BROW_ARCH;
    float half_width = (0.044 + 0.020 * BROW_THICKNESS) * (1.0 - 0.60 * smoothstep(0.40, 1.0, along));
    float across = smoothstep(half_width, 0.35 * half_width, abs(q.y - middle));
    return across * smoothstep(-0.08, 0.10, along) * smoothstep(1.05, 0.85, along);
}

float age_lines(float x) {
    float dark = 0.0;
    if (R.y > 7.36 && x < 0.45) {
        float across = smoothstep(0.42, 0.22, x) * smoothstep(7.58, 7.64, R.y) * smoothstep(7.98, 7.88, R.y);
        float furrow = 0.5 + 0.5 * cos((R.y + 0.06 * x * x) * 62.8);
        furrow *= furrow; furrow *= furrow;
        dark += 0.45 * faint(COMPLEXION_FOREHEAD_LINES) * furrow * across;
        dark += 0.50 * faint(COMPLEXION_FROWN_LINES) * bell(x - 0.050, 0.014) * smoothstep(7.36, 7.42, R.y) * smoothstep(7.58, 7.50, R.y);
    } else if (R.y > 7.1 && x > 0.44) {
        vec2 feet = vec2(x - 0.46, R.y - 7.28);
        float rays = 0.5 + 0.5 * cos(atan(feet.y, feet.x) * 11.0);
        rays *= rays;
        dark += 0.45 * faint(COMPLEXION_CROWS_FEET) * rays * rays * bell(length(feet) - 0.10, 0.055) * smoothstep(-0.01, 0.03, feet.x);
    } else if (R.y < 6.90 && R.y > 6.50) {
        float fold = R.y - 6.83;
        float path = x - (0.165 + 0.10 * smoothstep(0.02, -0.22, fold));
        dark += 0.50 * faint(COMPLEXION_NASOLABIAL) * bell(path, 0.022) * smoothstep(0.05, 0.0, fold) * smoothstep(-0.25, -0.17, fold);
    }
    return dark;
}

void main() {
    vec3 view = normalize(eye_position - P);
    float x = abs(R.x);
    vec4 grain = textureLod(noise, R.xy * 0.5 + vec2(0.17, 0.05) * R.z, 0.0);
    vec3 n = normalize(N + (0.024 + 0.022 * SKIN_PORES) * vec3(grain.r - 0.5, grain.g - 0.5, 0.0));

    vec3 c = skin_colour * tint * (1.0 + (0.04 + 0.035 * SKIN_PORES) * (grain.g - 0.5));
    float freckle = smoothstep(0.58, 0.80, grain.g) * smoothstep(0.26, 0.08, abs(R.y - 7.0)) * smoothstep(0.8, 1.1, R.z);
    c *= 1.0 - faint(SKIN_FRECKLES) * 0.5 * freckle * vec3(0.5, 0.8, 1.0);
    c *= 1.0 - age_lines(x);

    float soft = 0.30 - 0.20 * LIPS_EDGE;
    float lips = smoothstep(0.5 - soft, 0.5 + soft, cover.x);
    c = mix(c, lip_colour * (0.92 + 0.16 * grain.r) * min(tint, vec3(1.0)), lips);
    c *= 1.0 - (0.28 + 0.24 * LIPS_LINE) * bell(R.y - 6.615 + 0.15 * x * x, 0.014) * smoothstep(0.25, 0.20, x) * smoothstep(1.2, 1.3, R.z);

    float stubble = clamp(cover.w * (0.55 + 0.9 * grain.r), 0.0, 0.92) * (1.0 - lips);
    c = mix(c, beard_colour, 0.9 * stubble);
    if (R.y > 7.36 && R.y < 7.66 && R.z > 0.8) {
        float strand = textureLod(noise, vec2(x * 0.95 + R.y * 0.65, R.y * 1.3), 0.0).a;
        float brows = brow(vec2(x, R.y)) * (0.62 + 0.38 * BROW_DENSITY) * (0.60 + 0.8 * strand);
        c = mix(c, brow_colour, clamp(brows, 0.0, 0.95));
    }
    float hair = smoothstep(-0.08, 0.06, cover.z + 0.07 * (grain.g - 0.5)) * (0.84 + 0.16 * HAIR_DENSITY);
    if (hair > 0.0) {
        float strand = textureLod(noise, vec2(R.x * 1.3 + 0.5 * R.z, R.y * 0.45), 0.0).a;
        hair = clamp(hair * (0.85 + 0.30 * strand), 0.0, 0.98);
        c = mix(c, hair_colour * (0.55 + 0.9 * strand), hair);
        n = normalize(n + 0.35 * hair * (strand - 0.5) * vec3(1.0, 0.0, 0.3));
    }

    vec3 wrap = (0.30 + 0.14 * SKIN_TRANSLUCENCY) * vec3(1.0, 0.55, 0.42);
    vec3 colour = c * diffuse(n, wrap) * vec3(occlusion, occlusion * occlusion, occlusion * occlusion);
    float gloss = (0.055 + 0.045 * SKIN_SHINE) * (1.0 - 0.6 * hair) * (1.0 - 0.7 * stubble);
    float edge = 1.0 - max(dot(n, view), 0.0);
    colour += gloss * highlight(n, view, 14.0) * occlusion * (0.85 + 0.6 * edge * edge);
    colour += lips * (0.08 + 0.08 * LIPS_GLOSS) * highlight(n, view, 38.0) * min(tint.r, 1.0);
    pixel = vec4(colour, 1.0);
}
