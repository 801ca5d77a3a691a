import { GtwEventType, NotifyType, ProgramStatusType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type Refusal } from '../handler.ts'

/**
 * OpenD's own login to the brokerage. `kicked`: the account logged in elsewhere. `lost`: the servers cannot be
 * reached. In both cases client connections stay open, and only quote and trade calls fail.
 */
export type Login = 'in' | 'kicked' | 'lost'

type Notice = MessageTypes['Notify.S2C']

/**
 * The notices that announce a change of the login, in this order, to every connection that subscribed to notices. After
 * a kick OpenD logs in again and announces that it is ready, as after its start.
 */
export function loginNotices(before: Login, login: Login): readonly Notice[] {
  const status: Notice = {
    type: NotifyType.ConnStatus,
    connectStatus: { qotLogined: login === 'in', trdLogined: login === 'in' },
  }
  const program: Notice = { type: NotifyType.ProgramStatus, programStatus: { programStatus: programStatus(login) } }
  if (login !== 'kicked') return before === 'kicked' ? [program, status] : [status]
  const event: Notice = {
    type: NotifyType.GtwEvent,
    event: { eventType: GtwEventType.KickedOut, desc: 'the account logged in at another place' },
  }
  return [event, program, status]
}

/** OpenD's own status in GetGlobalState and in notices. */
export function programStatus(login: Login): MessageTypes['Common.ProgramStatus'] {
  return login === 'kicked'
    ? { type: ProgramStatusType.ForceLogout, strExtDesc: 'the account logged in at another place' }
    : { type: ProgramStatusType.Ready }
}

/** First protocol id of the trade calls; lower ids are OpenD's own calls, which work without a login. */
const FIRST_BROKERAGE_CALL = 2000

/** The refusal of a call that needs a login, or null. OpenD's own texts are not published. */
export function refuseWithoutLogin(login: Login, protoId: number): Refusal | null {
  if (login === 'in' || protoId < FIRST_BROKERAGE_CALL) return null
  return login === 'kicked' ? refuse('OpenD is not logged in') : refuse('the connection to the server is lost', -200)
}
