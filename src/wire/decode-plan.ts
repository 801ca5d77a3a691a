import { messageType, type Field, type ScalarKind } from './schema.ts'
import { wireTypeOf } from './wire-type.ts'

/** The part of a protobuf reader that decoding uses: a cursor over bytes with a movable end. */
export interface WireReader {
  readonly buf: Uint8Array
  /** Next byte to read. */
  pos: number
  /** End of the bytes to read, exclusive. */
  len: number
  tag(): number
  /** Reads the length of a length-delimited field. */
  size(): number
  skipType(wireType: number, depth: number, fieldNumber: number): unknown
}

/** A form of decoded messages: typed for the program's own code, or JSON. */
export interface View<Reader extends WireReader> {
  readonly keyOf: (field: Field) => string
  /** Whether a missing required field is a failure. */
  readonly needsRequired: boolean
  readonly readers: Readonly<Record<ScalarKind, (reader: Reader) => unknown>>
  /** The plans by message name, built on first use. */
  readonly plans: Map<string, Plan<Reader>>
}

/** A message type prepared for decoding in one view. */
export interface Plan<Reader extends WireReader> {
  /** In number order. */
  readonly steps: readonly Step<Reader>[]
  readonly byNumber: readonly (Step<Reader> | undefined)[]
}

/** One field of a plan. */
export interface Step<Reader extends WireReader> {
  readonly field: Field
  /** Name in the decoded object. */
  readonly key: string
  /** Index among the message's fields. */
  readonly index: number
  readonly isRepeated: boolean
  readonly isRequired: boolean
  readonly wireType: number
  /** Null for a message field. */
  readonly read: ((reader: Reader) => unknown) | null
}

/** The plan of a message in a view. Throws on a name that is not in the schema. */
export function planOf<Reader extends WireReader>(view: View<Reader>, name: string): Plan<Reader> {
  let plan = view.plans.get(name)
  if (plan === undefined) {
    plan = buildPlan(view, messageType(name).fields)
    view.plans.set(name, plan)
  }
  return plan
}

function buildPlan<Reader extends WireReader>(view: View<Reader>, fields: readonly Field[]): Plan<Reader> {
  const steps = fields.map((field, index): Step<Reader> => {
    return {
      field,
      key: view.keyOf(field),
      index,
      isRepeated: field.rule === 'repeated',
      isRequired: field.rule === 'required',
      wireType: wireTypeOf(field),
      read: field.kind === 'message' ? null : view.readers[field.kind],
    }
  })
  const byNumber = Array.from<Step<Reader> | undefined>({ length: (fields.at(-1)?.number ?? 0) + 1 })
  for (const step of steps) byNumber[step.field.number] = step
  return { steps, byNumber }
}
