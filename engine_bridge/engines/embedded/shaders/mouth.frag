// Teeth, gums, tongue and the lining of the mouth, lit through the gap between the lips.
in vec3 P;
in vec3 N;
in vec4 F;
uniform vec4 opening;      // middle x and z of the gap between the lips, its lower and upper y
uniform float opening_width;
uniform float tongue_out;
uniform float detail;
out vec4 pixel;

const vec3 GUM = vec3(0.42, 0.125, 0.115), ENAMEL = vec3(0.66, 0.60, 0.49), ROOTS = vec3(0.56, 0.43, 0.27);
const vec3 FLESH = vec3(0.44, 0.135, 0.125), DEEP = vec3(0.26, 0.050, 0.045);

// Share of the light outside that comes in through the gap, as a far square of the gap's size would give it.
float entering() {
    float gap = max(opening.w - opening.z, 0.015);
    vec3 way = vec3(opening.x, 0.5 * (opening.z + opening.w), opening.y) - P;
    way.x = sign(way.x) * max(abs(way.x) - 0.6 * opening_width, 0.0);
    way.z = max(way.z, 0.0);
    float area = 2.0 * opening_width * gap;
    float open = area / (area + 4.5 * dot(way, way) + 0.012);
    // What the lips stand before is in their shade.
    float shaded = max(P.y - opening.w, opening.z - P.y);
    return open * (1.0 - 0.75 * smoothstep(-0.10, 0.08, shaded));
}

void main() {
#ifdef TRUTH
    pixel = vec4(5.0, 10.0 / gl_FragCoord.w, 0.0, 1.0);
    return;
#endif
    vec3 n = normalize(N), view = normalize(eye_position - P);
    if (!gl_FrontFacing) n = -n;
    float open = entering(), wet = 0.5;
    vec3 c, wrap = vec3(0.35, 0.22, 0.18);
#ifdef LINING
    vec4 grain = textureLod(noise, F.xy * 0.9, 0.0);
    c = mix(DEEP, FLESH, smoothstep(1.15, 1.46, F.z)) * (0.85 + 0.3 * grain.b);
#else
    if (F.x > 0.5) {
        vec4 grain = textureLod(noise, vec2(F.z * 2.2, F.y * 2.0), 0.0);
        float groove = exp(-F.z * F.z / 0.0009) * smoothstep(0.02, 0.06, F.w);
        c = FLESH * vec3(1.10, 1.05, 1.05) * (0.80 + 0.26 * grain.r + 0.14 * grain.b) * (1.0 - 0.35 * groove);
        n = normalize(n + 0.22 * vec3(grain.b - 0.5, 0.0, grain.g - 0.5));
        float out_there = tongue_out * smoothstep(0.35, 0.75, F.y);
        c *= 1.0 - 0.15 * out_there;
        open = mix(open, 0.80, out_there);
        wet = 0.35;
    } else {
        float tooth = abs(F.y), aside = 2.0 * fract(tooth) - 1.0, edge = abs(aside);
        // The gum runs in arches: high over each tooth's middle, a peak between two.
        float neck = F.z + 0.10 - 0.34 * aside * aside;
        float bare = smoothstep(-0.04, 0.04, neck) * step(F.z, 1.45);
        vec4 grain = textureLod(noise, vec2(F.y * 0.11, F.z * 0.13), 0.0);
        vec3 enamel = mix(ROOTS, ENAMEL, smoothstep(-0.05, 0.45, F.z)) * (0.92 + 0.16 * grain.b);
        enamel *= mix(vec3(1.0), vec3(0.90, 0.95, 1.0), smoothstep(0.75, 1.0, F.z));
        enamel *= tooth > 2.0 ? (tooth > 3.0 ? vec3(0.93, 0.90, 0.84) : vec3(0.96, 0.93, 0.88)) : vec3(1.0);
        enamel *= 1.0 - 0.38 * smoothstep(0.88, 1.0, edge);
        c = mix(GUM * (0.85 + 0.3 * grain.g), enamel, bare);
        wrap = mix(wrap, vec3(0.25, 0.22, 0.18), bare);
        wet = mix(0.45, 0.8, bare);
        open *= 1.0 - 0.35 * smoothstep(2.0, 6.0, tooth);
    }
#endif
    vec4 sky = vec4(open, 0.0, 0.0, 0.0);
    vec3 colour = c * diffuse(n, sky, wrap);
    vec2 cosines = half_cosines(n, view);
    colour += wet * (0.10 * lobe(cosines, sky, 25.0) + 0.30 * lobe(cosines, sky, 140.0));
    pixel = vec4(colour, 1.0);
}
