/**
 * The files of the product under 20 lines. Do not extend the list: move the content of a small file to the file of its
 * subject, unless it is a composition root or the one place that uses the API of a platform.
 */
export const SMALL_FILES: readonly string[] = [
  'durable-objects/demo-gateway-object.ts',
  'durable-objects/platform.ts',
  'src/base/hex.ts',
  'src/base/metric.ts',
  'src/demo.ts',
  'src/problem/error-answer.ts',
  'src/simulator/quotes/figures.ts',
  'src/simulator/quotes/suspensions.ts',
  'src/simulator/session/crypto.ts',
  'src/simulator/session/session-handler.ts',
  'src/simulator/system/identity.ts',
  'src/simulator/trading/handlers.ts',
  'src/simulator/world.ts',
  'src/transport/link.ts',
  'src/wire/full-schema.ts',
  'src/wire/no-long.ts',
]
