import { fail, type Result, succeed } from '../../src/base/result.ts'
import type { HookAnswer, HookCommand, Received } from '../../src/hooks/hook-command.ts'

/** The part of a fake gateway that is about hooks: it has none. */
export class GatewayWithoutHooks {
  /** What was called, beside the calls of OpenD. */
  readonly done: string[] = []

  async hooks(command: HookCommand): Promise<Result<HookAnswer>> {
    this.done.push(`hook ${command.op}`)
    const nothing = { hooks: [], deliveries: [], nextBeforeSeq: null, preview: null }
    return command.op === 'list' ? succeed(nothing) : fail({ code: 'hook.unknown' })
  }

  async receiveAlert(): Promise<Result<Received>> {
    this.done.push('alert')
    return fail({ code: 'hook.unknown' })
  }
}
