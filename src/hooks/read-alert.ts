import { fail, type Result } from '../base/result.ts'
import type { JsonObject } from '../wire/json/json-text.ts'
import type { Alert } from './alert.ts'
import type { AlertBody } from './alert-body.ts'
import type { HookSettings } from './hook.ts'
import { readByMap } from './presets/field-map.ts'
import { readOpenAlgo } from './presets/openalgo.ts'
import { readPlain } from './presets/plain.ts'
import { readSentence } from './presets/sentence.ts'
import { readSignalBot } from './presets/signal-bot.ts'
import { readTradersPost } from './presets/traderspost.ts'
import { readTradingView } from './presets/tradingview.ts'

/**
 * Reads the body of one sender's form. Fails with `request.unknown_field`, `request.invalid_value` or
 * `request.missing_field`: what cannot be mapped is refused, never guessed.
 */
type Preset = (body: JsonObject) => Result<Alert>

const OF_OBJECTS: Readonly<Record<Exclude<HookSettings['preset'], 'message' | 'fields'>, Preset>> = {
  tradingview: readTradingView,
  plain: readPlain,
  traderspost: readTradersPost,
  signal_bot: readSignalBot,
  openalgo: readOpenAlgo,
}

/** Reads the alert of a body in the form of the hook. Failures: those of `Preset`. */
export function readAlert(body: AlertBody, { preset, fields }: HookSettings): Result<Alert> {
  if (preset === 'message') return body.object === null ? readSentence(body.text) : refuse('a text, not JSON')
  if (body.object === null) return refuse('a JSON object')
  return preset === 'fields' ? readByMap(body.object, fields ?? new Map()) : OF_OBJECTS[preset](body.object)
}

function refuse(expected: string): Result<never> {
  return fail({ code: 'request.invalid_value', path: 'body', expected: `${expected}, as the preset of the hook says` })
}
