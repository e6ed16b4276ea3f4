// Where hair begins: distance in dm behind the hairline of a place on the face map.
uniform sampler2D noise;   // fine, medium, coarse, strands

float grows(float slider, float middle) { return slider < 0.0 ? middle * (1.0 + slider) : middle + (1.0 - middle) * slider; }
float bell(float x, float width) { x /= width; return exp(-x * x); }

float hairline(float s) {
    return 7.985 + 0.13 * HAIR_HAIRLINE - 0.11 * bell(s, 0.075) * grows(HAIR_PEAK, 0.2)
        + (0.03 + 0.15 * HAIR_RECESSION) * bell(s - 0.40, 0.15)
        - 0.95 * smoothstep(0.46, 0.84, s);
}
