import type { Fault, FaultRule } from './fault-script.ts'

/** Decides which calls go wrong. The first rule of the script that strikes wins; all of them count the call. */
export class Faults {
  #rules: { readonly rule: FaultRule; calls: number }[] = []

  constructor(rules: readonly FaultRule[]) {
    this.replace(rules)
  }

  /** Takes over a new script; its counts start at zero. */
  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, calls: 0 }))
  }

  /** The fault of the call that has just come in, or null. */
  strike(protoId: number): Fault | null {
    let struck: Fault | null = null
    for (const counted of this.#rules) {
      const { id, nth, fault } = counted.rule
      if (id !== 'any' && id !== protoId) continue
      counted.calls++
      if (nth === 'every' || nth === counted.calls) struck ??= fault
    }
    return struck
  }
}
