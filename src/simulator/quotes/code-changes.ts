import { CodeChangeType, QotMarket, TimeFilterType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { refuse, type C2S, type Refusal, type S2C } from '../handler.ts'
import { parseLocalTime } from '../../base/time/civil-date.ts'
import { HONG_KONG } from '../market/exchange-zones.ts'
import type { World } from '../world.ts'
import { findSecurities, isRefusal } from './lookup.ts'
import { BAD_TIME, marketDay, readSpan } from './market-time.ts'

/** One change of a Hong Kong listing: a temporary counter for new lots, or a move between boards. */
interface CodeChange {
  readonly type: number
  readonly code: string
  readonly relatedCode: string
  readonly announced: string
  readonly effective: string
  readonly ends: string | null
}

/** Only Tencent's share split of 2014 is recorded, which traded on a temporary counter for a month. */
const CHANGES: readonly CodeChange[] = [
  {
    type: CodeChangeType.Split,
    code: '00700',
    relatedCode: '02988',
    announced: '2014-03-19',
    effective: '2014-05-15',
    ends: '2014-06-20',
  },
]

/** Qot_GetCodeChange: temporary codes and changed codes in Hong Kong. */
export function getCodeChange(
  world: World,
  { securityList = [], timeFilterList = [], typeList = [] }: C2S<'Qot_GetCodeChange'>,
): S2C<'Qot_GetCodeChange'> | Refusal {
  const securities = findSecurities(world, securityList)
  if (isRefusal(securities)) return securities
  const tests: ((change: CodeChange) => boolean)[] = []
  for (const { type, beginTime, endTime } of timeFilterList) {
    const span = readSpan(HONG_KONG, beginTime ?? '2000-01-01', endTime ?? '2045-12-31')
    if (span === null) return refuse(BAD_TIME)
    tests.push((change) => {
      const date =
        type === TimeFilterType.Public ? change.announced : type === TimeFilterType.End ? change.ends : change.effective
      const ms = date === null ? null : dayOf(date).timestamp * 1000
      return ms !== null && ms >= span.fromMs && ms <= span.toMs
    })
  }
  const found = CHANGES.filter(
    (change) =>
      (securities.length === 0 || securities.some(({ instrument }) => isAbout(change, instrument))) &&
      (typeList.length === 0 || typeList.includes(change.type)) &&
      tests.every((test) => test(change)),
  )
  return { codeChangeList: found.map(infoOf) }
}

function isAbout({ code, relatedCode }: CodeChange, security: { market: number; code: string }): boolean {
  return security.market === QotMarket.HK_Security && (security.code === code || security.code === relatedCode)
}

function infoOf(change: CodeChange): MessageTypes['Qot_GetCodeChange.CodeChangeInfo'] {
  const announced = dayOf(change.announced)
  const effective = dayOf(change.effective)
  const ends = change.ends === null ? null : dayOf(change.ends)
  return {
    type: change.type,
    security: { market: QotMarket.HK_Security, code: change.code },
    relatedSecurity: { market: QotMarket.HK_Security, code: change.relatedCode },
    publicTime: announced.text,
    publicTimestamp: announced.timestamp,
    effectiveTime: effective.text,
    effectiveTimestamp: effective.timestamp,
    endTime: ends?.text,
    endTimestamp: ends?.timestamp,
  }
}

function dayOf(date: string): { readonly text: string; readonly timestamp: number } {
  return marketDay(HONG_KONG, parseLocalTime(date)?.epochDay ?? 0)
}
