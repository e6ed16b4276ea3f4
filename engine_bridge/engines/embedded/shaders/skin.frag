// Skin at pixel scale: pores, freckles, lines, lips, make-up, brows, beard and the scalp's hair, then the shading.
// A software renderer runs both sides of every branch, so what a patch of skin cannot show is left out of its program.
in vec3 P;
in vec3 N;
in vec3 R;
in vec2 M;
in vec3 tint;
in vec2 covered;
in vec4 open_sky;
uniform sampler2D regions; // lips, lid up to its fold, rim of the lids, ears
uniform sampler2D lines;   // slope across and down, depth, the mouth's line
uniform sampler2D tile;    // stubble, strands, freckles, down
uniform sampler2D brow;    // strokes, along and across
uniform vec3 skin_colour, lip_colour, hair_colour, brow_colour, beard_colour, shadow_colour;
uniform float detail;      // mip level at which a texel of the face map is about a pixel
uniform float hair_dm;     // how far the hair stands off the scalp; below nought: bald
out vec4 pixel;

float brow_cover(vec2 q) {
    float inner = 0.060 + 0.022 * BROW_GAP, outer = 0.445 + 0.050 * BROW_LENGTH;
    float along = (q.x - inner) / (outer - inner);
    float rise = (along - 0.64) / 0.64;
    float middle = 7.440 + 0.028 * BROW_HEIGHT + (0.040 + 0.034 * BROW_ARCH) * (1.0 - rise * rise) - 0.006 * BROW_ARCH
        + 0.030 * BROW_TILT * (along - 0.4);
    float half_width = (0.062 + 0.026 * BROW_THICKNESS) * (1.0 - 0.5 * BROW_TAPER * (along - 0.45));
    float across = 0.5 - 0.5 * (q.y - middle) / half_width;
    if (along < 0.0 || along > 1.0 || across < 0.0 || across > 1.0) return 0.0;
    return textureLod(brow, vec2(along, across), max(detail - 0.2, 0.0)).r;
}

// Distance in dm behind the hairline, the sideburns and the nape included.
float scalp(vec2 q, float ear) {
    float sideburn = min(min(0.055 - abs(q.x - 0.945), q.y - 7.16 ), 0.2);
    float back = min(q.x - 1.22, q.y - 6.55);
    return max(max(q.y - hairline(q.x), back), sideburn) - 0.9 * smoothstep(0.25, 0.6, ear);
}

void main() {
    vec2 at = vec2(M.x / 1.45, (8.45 - M.y) / 2.60);
    float side = R.x < 0.0 ? -1.0 : 1.0;
    vec2 around = vec2(M.x * side, M.y);
    vec4 grain = textureLod(noise, around * 0.55 + vec2(0.13, 0.0), 0.0);
    vec3 n = N;
    float rough = 0.41 * grows(SKIN_PORES, 0.36);
    vec3 c = skin_colour * tint * (1.0 + rough * (0.6 * grain.r + 0.4 * grain.g - 0.5));
    n += rough * vec3(grain.r - 0.5, grain.g - 0.5, 0.0);

    float depth = 0.0, lips = 0.0, ear = 0.0, grown = 0.0, brows = 0.0, hair = 0.0, bristle = 0.0;
#ifdef LINES
    vec4 line = textureLod(lines, at, detail);
    vec3 across = vec3(N.z, 0.0, -N.x) * side;
    vec2 tilt = covered.y * 1.15 * (line.rg - 0.498);
    n += across * tilt.x - vec3(0.0, tilt.y, 0.0);
    depth = covered.y * line.b;
    c *= 1.0 - depth * vec3(0.20, 0.34, 0.36);
#endif
#ifdef SPOTS
    vec4 spots = textureLod(tile, around * 0.80 + vec2(0.31, 0.0), 0.0);
    float freckled = smoothstep(0.26, 0.10, abs(M.y - 6.99)) * smoothstep(0.62, 0.36, M.x);
    c *= 1.0 - grows(SKIN_FRECKLES, 0.24) * 0.62 * freckled * spots.b * vec3(0.55, 0.85, 1.0);
    bristle = spots.r;
#endif
#ifdef REGIONS
    vec4 region = textureLod(regions, at, detail);
    ear = region.a;
    // Make-up, and the thin dark rim that every lid has.
    c = mix(c, c * shadow_colour, region.g * grows(MAKEUP_EYE_SHADOW, 0.18));
    c *= 1.0 - region.b * vec3(0.30, 0.38, 0.40);
    c = mix(c, vec3(0.012, 0.010, 0.010), region.b * 0.88 * grows(MAKEUP_EYE_LINER, 0.24));
    float edge = 0.34 - 0.24 * LIPS_EDGE;
    lips = smoothstep(0.5 - edge, 0.5 + edge, region.r) * (0.92 + 0.08 * LIPS_EDGE);
    c = mix(c, lip_colour * (0.90 + 0.20 * grain.r) * mix(0.86, 1.06, smoothstep(6.66, 6.58, M.y)), lips);
#ifdef LINES
    c *= 1.0 - (0.48 + 0.34 * LIPS_LINE) * line.a * vec3(0.85, 1.0, 1.0);
#endif
#endif
#ifdef SPOTS
    float beard = min(covered.x, 1.0) * (1.0 - lips);
    bristle = smoothstep(1.02 - 0.95 * beard, 1.35 - 0.95 * beard, 0.55 * grain.r + 0.55 * bristle + 0.15);
    grown = clamp((0.55 + 0.10 * beard) * beard + 0.70 * bristle * min(1.0, 1.6 * beard), 0.0, 0.96);
    c = mix(c, beard_colour * (0.7 + 0.6 * grain.r), grown);
#endif
#ifdef BROWS
    brows = clamp(brow_cover(M) * 1.05, 0.0, 0.97);
    c = mix(c, brow_colour, brows);
#endif
#ifdef SCALP
    if (hair_dm >= 0.0) {
        float behind = scalp(M, ear) + 0.05 * (grain.g - 0.5);
        hair = smoothstep(-0.06, 0.05, behind) * (0.86 + 0.14 * HAIR_DENSITY);
        float strand = textureLod(noise, vec2(around.x * 1.3, around.y * 0.45), 0.0).a;
        c = mix(c, hair_colour * (0.35 + 0.7 * strand), clamp(hair * (0.80 + 0.40 * strand), 0.0, 0.98));
    }
#endif

#ifdef TRUTH
    float nose_width = mix(0.150, 0.050, smoothstep(6.92, 7.28, M.y));
    float segment = 1.0;
    if (M.y > 6.80 && M.y < 7.32 && M.x < nose_width) segment = 6.0;
    if (M.y < 6.20 + 0.45 * M.x * M.x) segment = 9.0;
    if (ear > 0.5) segment = 7.0;
    if (lips > 0.5) segment = 4.0;
    if (brows > 0.30) segment = 2.0;
    if (hair > 0.5) segment = 8.0;
    if (open_sky.x < 0.10 && M.x < 0.24 && M.y > 6.40 && M.y < 6.80) segment = 5.0;
    pixel = vec4(segment, 10.0 / gl_FragCoord.w, 0.0, 1.0);
    return;
#endif
    n = normalize(n);
    vec3 view = normalize(eye_position - P);
    float bare = (1.0 - 0.8 * grown) * (1.0 - 0.8 * brows) * (1.0 - hair);
    vec3 wrap = (0.20 + 0.14 * SKIN_TRANSLUCENCY) * vec3(1.0, 0.45, 0.32) * bare;
    vec3 colour = c * diffuse(n, open_sky, wrap);
    vec2 cosines = half_cosines(n, view);
    float grazing = 1.0 - max(dot(n, view), 0.0);
    float fresnel = 0.35 + 0.65 * grazing * grazing * grazing;
    float shine = 0.5 + 0.5 * SKIN_SHINE;
    float oily = 0.75 + 0.6 * smoothstep(0.40, 0.10, M.x) * smoothstep(6.8, 7.0, M.y);
    float gloss = bare * (1.0 - lips) * (1.0 - 0.5 * depth) * (0.6 + 0.8 * grain.g) * oily * fresnel;
    colour += gloss * (0.030 + 0.130 * shine) * lobe(cosines, open_sky, 22.0);
    colour += gloss * 0.150 * shine * shine * lobe(cosines, open_sky, 90.0);
#ifdef REGIONS
    colour += lips * (0.05 + 0.28 * (0.5 + 0.5 * LIPS_GLOSS)) * lobe(cosines, open_sky, 60.0) * (0.4 + 0.9 * grain.r);
#endif
    pixel = vec4(colour, 1.0);
}
