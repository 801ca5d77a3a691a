import type { Fault, FaultRule } from './fault-script.ts'

/** Selects the fault of each call. The first rule that applies wins; all rules count the call. */
export class Faults {
  #rules: { readonly rule: FaultRule; calls: number }[] = []

  constructor(rules: readonly FaultRule[]) {
    this.replace(rules)
  }

  /** Replaces the script; its counts start at zero. */
  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, calls: 0 }))
  }

  /** Counts an incoming call. Returns its fault, or null. */
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
