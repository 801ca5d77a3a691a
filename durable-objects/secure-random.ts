/** Uniform in [0, 1) from the platform's generator: a tag that can be guessed could be put on somebody's order. */
export function secureRandom(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1))
  return bits / 2 ** 32
}
