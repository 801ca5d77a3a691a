import { TrdEnv } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'

export type Header = MessageTypes['Trd_Common.TrdHeader']

/** The real accounts, one of which may sell short, and the simulated one. */
export const CASH: Header = { trdEnv: TrdEnv.Real, accID: 987_654n, trdMarket: 1 }
export const MARGIN: Header = { trdEnv: TrdEnv.Real, accID: 281_756_455_988_247_916n, trdMarket: 1 }
export const PLAY: Header = { trdEnv: TrdEnv.Simulate, accID: 281_756_479_345_015_383n, trdMarket: 1 }

export const ACCOUNTS: readonly [Header, ...Header[]] = [CASH, MARGIN, PLAY]
