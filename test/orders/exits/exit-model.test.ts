import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderStatus, TrdEnv } from '../../../proto/enums.ts'
import { LEG_KINDS, type Exits } from '../../../src/orders/exits/exit-price.ts'
import { exposureOf, filledOf, openOf } from '../../../src/orders/exits/plan-exits.ts'
import { Rng } from '../simulation/rng.ts'
import { openQty, type Resting } from './exchange.ts'
import { ExitRig } from './exit-rig.ts'

/**
 * Random fills, prices, lost pushes, lost calls, lost replies and evictions between any two steps. After every step of
 * the exchange, no leg has more orders than the parent has filled; after a calm, exits and position agree.
 */

/** A schedule takes milliseconds. */
const SCHEDULES = 150

const STEPS = 25

const EXITS: Exits = { takeProfit: { kind: 'price', price: 420 }, stopLoss: { kind: 'price', price: 380 } }

interface Parent {
  readonly id: string
  readonly parent: Resting
}

test('exits are never doubled, orphaned or missing without a reason, whatever is lost', async () => {
  let evictions = 0
  let filledBoth = 0
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const rig = new ExitRig(seed)
    const rng = new Rng(seed)
    rig.trdEnv = rng.chance(0.5) ? TrdEnv.Real : TrdEnv.Simulate
    const parents: Parent[] = []
    for (let left = rng.between(1, 2); left > 0; left--) parents.push(await rig.placed(EXITS))
    const problems = new Set<string>()
    const onChange = rig.exchange.onChange
    rig.exchange.onChange = (resting) => {
      onChange(resting)
      for (const parent of parents) for (const problem of excess(rig, parent)) problems.add(problem)
    }
    rig.onStep = () => {
      if (!isStormy || !rng.chance(0.06)) return
      evictions++
      rig.restart()
    }
    let isStormy = true
    rig.fateOf = (protoId) => {
      if (!isStormy || rng.chance(0.85)) return 'done'
      return protoId === 2202 || protoId === 2205 ? rng.pick(['lost', 'reply_lost'] as const) : 'lost'
    }
    for (let step = 0; step < STEPS; step++) {
      rig.hasPushes = rng.chance(0.6)
      act(rig, rng, parents)
      if (rng.chance(0.1)) rig.restart()
      await rig.pass(rng.delayMs(1_500, 40_000, 0.3))
    }
    isStormy = false
    rig.hasPushes = true
    rig.restart()
    await rig.pass(600_000)
    for (const { id, parent } of parents) {
      for (const problem of finalProblems(rig, id, parent)) problems.add(problem)
      if (LEG_KINDS.every((kind) => filledOf(rig.leg(id, kind)) > 0)) filledBoth++
    }
    assert.deepEqual([...problems], [], `seed ${seed}`)
  }
  // The model must meet what it is about.
  assert.ok(evictions > SCHEDULES / 2 && filledBoth > 3, `${evictions} evictions, ${filledBoth} with both exits filled`)
})

/** Something happens at the exchange. */
function act(rig: ExitRig, rng: Rng, parents: readonly Parent[]): void {
  const { exchange } = rig
  const resting = exchange.orders.filter((order) => openQty(order) > 0)
  const [first, ...others] = resting
  const deed = rng.below(10)
  if (deed < 5 && first !== undefined) exchange.execute(rng.pick([first, ...others]), rng.between(1, 10) * 10)
  else if (deed === 5) exchange.price = rng.pick([400, 395, 385, 381])
  else if (deed === 6 && rng.chance(0.3)) exchange.price = rng.pick([379, 420])
  else if (deed === 7 && rng.chance(0.3)) {
    const { parent } = rng.pick([parents[0] ?? NOTHING, ...parents])
    exchange.end(parent, (parent.order.fillQty ?? 0) > 0 ? OrderStatus.Cancelled_Part : OrderStatus.Cancelled_All)
  } else exchange.marketFill = rng.pick([1, 1, 0.5])
}

const NOTHING: Parent = { id: '', parent: { order: {} as Resting['order'], accId: 0n } }

/** What the orders of a leg may close beyond what the parent has filled: never anything. */
function excess(rig: ExitRig, { id, parent }: Parent): readonly string[] {
  const filled = parent.order.fillQty ?? 0
  return LEG_KINDS.flatMap((kind) => {
    const orders = rig.ordersOf(id, kind)
    const total = orders.reduce((sum, one) => sum + (one.order.fillQty ?? 0) + openQty(one), 0)
    return total > filled ? [`${kind} of ${id} may close ${total} of ${filled}`] : []
  })
}

function finalProblems(rig: ExitRig, id: string, parent: Resting): readonly string[] {
  const group = rig.group(id)
  const problems: string[] = []
  const filled = parent.order.fillQty ?? 0
  if (group.parent.filled !== filled) problems.push(`${id} shows ${group.parent.filled} of ${filled}`)
  for (const kind of LEG_KINDS) {
    const leg = rig.leg(id, kind)
    const orders = rig.ordersOf(id, kind)
    const open = orders.reduce((sum, one) => sum + openQty(one), 0)
    const closed = orders.reduce((sum, one) => sum + (one.order.fillQty ?? 0), 0)
    const name = `${kind} of ${id}`
    if (closed !== filledOf(leg) || open !== openOf(leg))
      problems.push(`${name} shows ${openOf(leg)} open, ${open} are`)
    if (open > exposureOf(group)) problems.push(`${name} is an orphan`)
    const isWaiting = kind === 'stop_loss' && leg.waitsAt === 'edge' && !leg.isTriggered
    const isGivingWay = kind === 'take_profit' && rig.leg(id, 'stop_loss').isTriggered
    const isExplained = isWaiting || isGivingWay || leg.detail !== null || leg.ended !== null
    if (open < exposureOf(group) && !isExplained)
      problems.push(`${name} has ${open} of ${exposureOf(group)}, without a reason`)
  }
  return problems
}
