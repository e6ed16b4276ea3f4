// Hair that falls from a parting: locks that taper to their tips, shiny across the strands (Kajiya and Kay, 1989).
in vec3 P;
in vec3 N;
in vec3 T;
in vec4 F;                 // across the strands, along them, what is left of them, from the front edge; dm
uniform sampler2D tile;    // stubble, strands, freckles, down
uniform vec3 hair_colour;
uniform float ragged;      // how uneven the tips are
out vec4 pixel;

float chance(float n) { return fract(sin(n * 12.9898) * 43758.547); }

// Where across a lock we are, -1 to 1, and which lock it is.
vec2 lock(float across, float width) {
    float at = across / width;
    return vec2(2.0 * fract(at) - 1.0, floor(at));
}

void main() {
    // Strands do not run dead straight.
    float across = F.x + 0.022 * sin(2.1 * F.y + 3.0 * F.x) + 0.010 * sin(5.3 * F.y - 9.0 * F.x);
    vec2 large = lock(across, 0.21), small = lock(across + 0.02, 0.073);
    // A pixel's width across the strands: what is finer than that fades, or it would sparkle.
    float wide = fwidth(F.x);
    float fine = textureLod(tile, vec2(across * 1.7, F.y * 0.16), max(log2(wide * 435.0) - 0.2, 0.0)).g;
    float coarse = textureLod(noise, vec2(across * 0.62 + 0.02 * F.y, F.y * 0.10 + 0.37), 0.0).a;
    coarse = mix(coarse, 0.5, smoothstep(0.012, 0.04, wide));
    float strand = 0.5 * fine + 0.5 * coarse;

    float cut = 0.09 * large.x * large.x + 0.10 * chance(large.y) + 0.05 * abs(small.x) + 0.06 * chance(small.y + 7.0);
    float tip = F.z - ragged * cut;
    // Single strands leave the edge beside the face, the more the further they fall.
    float stray = smoothstep(0.4, 1.4, F.y) * textureLod(noise, vec2(F.w * 0.9, F.y * 0.13 + 0.2), 0.0).b;
    float front = F.w - 0.030 * (1.0 - strand) - 0.085 * stray * stray;
    float soft = mix(0.030, clamp(fwidth(F.w), 1e-4, 0.02), smoothstep(0.3, 0.7, F.y));
    float cover = clamp(tip / clamp(fwidth(F.z), 1e-4, 0.02), 0.0, 1.0) * clamp(front / soft, 0.0, 1.0);
    // Only the outside is drawn softly: behind its tips the inside is already there.
    if (!gl_FrontFacing) cover = step(0.5, cover);
#ifdef TRUTH
    if (cover < 0.5) discard;
    pixel = vec4(8.0, 10.0 / gl_FragCoord.w, 0.0, 1.0);
    return;
#endif
    if (cover < 0.02) discard;
    vec3 view = normalize(eye_position - P);
    vec3 n = normalize(N);
    float facing = gl_FrontFacing ? 1.0 : -1.0;
    vec3 along = normalize(T - n * dot(T, n));
    vec3 aside = cross(along, n);
    // Locks are rounded, the more so towards their tips.
    float loose = smoothstep(0.10, 0.9, F.y);
    n = normalize(facing * (n + aside * loose * (0.42 * large.x + 0.20 * small.x) + aside * 0.35 * (strand - 0.5)));
    float between = 1.0 - loose * (0.30 * smoothstep(0.55, 1.0, abs(large.x)) + 0.16 * smoothstep(0.5, 1.0, abs(small.x)));
    float inside = facing < 0.0 ? 0.20 : 1.0;
    float root = 0.55 + 0.45 * smoothstep(0.0, 0.22, F.y);
    float edge = 0.55 + 0.45 * smoothstep(0.0, 0.10, F.w);
    float open = inside * between * root * edge * (0.66 + 0.34 * smoothstep(0.15, 0.65, strand));
    vec4 sky = vec4(open, 0.0, 0.0, 0.0);
    vec3 c = hair_colour * (0.72 + 0.62 * strand + 0.14 * (chance(large.y + 3.0) - 0.5));
    vec3 colour = c * diffuse(n, sky, vec3(0.30));
    vec3 middle = normalize(key_direction + view);
    float shift = dot(along, middle) + 0.10 * (coarse - 0.5) + 0.05 * (chance(small.y) - 0.5);
    float lit = max(dot(n, key_direction) + 0.25, 0.0);
    colour += open * lit * exp2(-34.0 * shift * shift) * (0.06 + 0.40 * hair_colour) * (0.30 + 0.9 * strand);
    pixel = vec4(colour, cover);
}
