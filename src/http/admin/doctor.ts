import type { GatewayStatus } from '../../../durable-objects/gateway-rpc.ts'
import { describe } from '../../problem/problem.ts'
import { answerJson } from '../answer.ts'
import type { Handler } from '../exchange.ts'
import { admitAdmin } from './gateway.ts'
import { programStatusOf } from './status-body.ts'

/** One check: what was found and, when it is not right, what to do. `unknown` is no error: nothing has shown it yet. */
export interface DoctorCheck {
  readonly name: string
  readonly state: 'right' | 'wrong' | 'unknown'
  readonly found: string
  readonly remedy: string | null
}

/** `GET /api/admin/doctor`: the checks of the gateway object. `ok` is false when one is wrong. */
export const adminDoctor: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const status = await exchange.gateway.status()
  exchange.deployments.recordEpoch(status.epoch)
  const checks = [...statusChecks(status), await accountCheck(status, () => exchange.gateway.accounts())]
  const isOk = checks.every(({ state }) => state !== 'wrong')
  return answerJson(200, { ok: isOk, checks }, exchange.requestId)
}

/** What to do about a link that is not up. */
function remedyOf(opendAddress: string): string {
  if (!opendAddress.startsWith('connector:')) return 'Start OpenD there, or correct OPEND_URL.'
  return 'Start OpenD, and npm run connector beside it; its log says what is wrong.'
}

/** The checks that need no call to OpenD, nearest part first. */
function statusChecks(status: GatewayStatus): readonly DoctorCheck[] {
  const { stage, opendAddress, serverVersion, loggedIn, quoteRights, tradeLock, storageFailure } = status
  const why = status.lastFailure === null ? '' : ` ${describe(status.lastFailure).error}`
  const program = programStatusOf(status)
  return [
    storageFailure === null
      ? right('storage', 'The storage accepts writes.')
      : wrong('storage', 'The storage refuses writes.', 'Free space for the storage, then reload the gateway.'),
    stage === 'ready'
      ? right('link', `The link by ${opendAddress} is up.`)
      : wrong(
          'link',
          `The link by ${opendAddress} is not up (${stage}).${why}`,
          stage === 'parked' ? 'POST /api/admin/reload starts it.' : remedyOf(opendAddress),
        ),
    serverVersion === null
      ? unknown('version', 'OpenD has not reported its version.')
      : right('version', `OpenD has the version ${serverVersion}.`),
    loggedIn === null
      ? unknown('login', 'OpenD has not reported its login.')
      : loggedIn.quote && loggedIn.trade
        ? right('login', `OpenD is logged in (${program ?? 'status not known'}).`)
        : wrong('login', `OpenD is not logged in (${program ?? 'status not known'}).`, 'Log in at OpenD.'),
    quoteRights.rights === null
      ? unknown('quote rights', quoteRights.reason ?? 'They are not known.')
      : right('quote rights', rightsText(quoteRights.rights)),
    tradeLock.isUnlocked === false
      ? wrong('unlock', tradeLock.evidence, 'Unlock trade: POST /api/unlock-trade.')
      : tradeLock.isUnlocked === null
        ? unknown('unlock', tradeLock.evidence)
        : right('unlock', tradeLock.evidence),
    status.unknownOrders === 0
      ? right('orders', 'The outcome of every order call is known.')
      : wrong(
          'orders',
          `The outcome of ${status.unknownOrders} order calls is not known.`,
          'GET /api/order-intents lists them.',
        ),
  ]
}

type Accounts = Awaited<ReturnType<Parameters<Handler>[0]['gateway']['accounts']>>

async function accountCheck({ stage }: GatewayStatus, read: () => Promise<Accounts>): Promise<DoctorCheck> {
  // Without a link the call would wait for its deadline.
  if (stage !== 'ready') return unknown('accounts', 'They are not read while the link is not up.')
  const list = await read()
  if (!list.ok)
    return wrong('accounts', describe(list.failure).error, 'Log in at OpenD with an account that can trade.')
  return right('accounts', `The login has ${list.value.length} accounts.`)
}

function rightsText(rights: Readonly<Record<string, string>>): string {
  return Object.entries(rights)
    .map(([market, level]) => `${market} ${level}`)
    .join(', ')
}

function right(name: string, found: string): DoctorCheck {
  return { name, state: 'right', found, remedy: null }
}

function unknown(name: string, found: string): DoctorCheck {
  return { name, state: 'unknown', found, remedy: null }
}

function wrong(name: string, found: string, remedy: string): DoctorCheck {
  return { name, state: 'wrong', found, remedy }
}
