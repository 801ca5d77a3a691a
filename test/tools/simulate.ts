import { randomInt } from 'node:crypto'
import { commandLine, type CommandForm, refuseCommandLine } from '../../src/cli/command-line.ts'
import { type BatchReport, runCampaign } from '../orders/simulation/campaign.ts'

/**
 * `npm run simulate`: the long form of the order simulation, a million random schedules by default. `--seed S` is the
 * first seed, `--schedules N` the number of schedules. Stops at the first schedule that breaks an invariant, and prints
 * its trace and the command that runs it again.
 */

const DEFAULT_SCHEDULES = '1000000'

/** How often progress is printed. */
const PROGRESS_MS = 5_000

const FORM: CommandForm<'schedules' | 'seed'> = {
  command: 'npm run simulate --',
  about: 'Runs random schedules of faults against the order path. Stops at the first that fails, and prints it.',
  options: {
    schedules: { takes: 'N', about: `so many; ${DEFAULT_SCHEDULES} by default` },
    seed: { takes: 'N', about: 'starts at this seed; a random one by default' },
  },
}

const options = commandLine(FORM)
const schedules = wholeNumber('schedules', options.text('schedules') ?? DEFAULT_SCHEDULES, 1)
const seedText = options.text('seed')
// Schedules use consecutive seeds, and seeds have 32 bits.
const fromSeed = seedText === undefined ? randomInt(2 ** 31) : wholeNumber('seed', seedText, 0)
print(`${count(schedules)} schedules from --seed ${fromSeed}`)
const startMs = performance.now()
let toldMs = startMs
const sum = await runCampaign({ fromSeed, schedules, onProgress: tellProgress })
tell(sum)
print(countsText(sum.counts))
for (const { seed, problems, trace } of sum.failures) {
  print(`\nFAILED  seed ${seed}\n  ${problems.join('\n  ')}\n\n  ${trace.join('\n  ')}`)
  print(`\nto run it again: npm run simulate -- --seed ${seed} --schedules 1`)
}
process.exitCode = sum.failures.length > 0 ? 1 : 0

function tellProgress(sumSoFar: BatchReport): void {
  if (performance.now() - toldMs < PROGRESS_MS) return
  toldMs = performance.now()
  tell(sumSoFar)
}

function tell({ schedules: done, counts, failures }: BatchReport): void {
  const perSecond = Math.round(done / ((performance.now() - startMs) / 1000))
  const { attempts = 0, executed = 0, became_unknown: unknown = 0, instances = 0 } = counts
  print(
    `${count(done)} of ${count(schedules)} schedules, ${count(perSecond)}/s: ${count(attempts)} calls, ` +
      `${count(executed)} acted on by OpenD, ${count(unknown)} undecided for a time, ` +
      `${count(instances)} instances of the object, ${failures.length} failed`,
  )
}

/** How often each thing happened, the faults and what came of them. */
function countsText(counts: BatchReport['counts']): string {
  const names = Object.keys(counts).toSorted()
  return names.map((name) => `  ${name.padEnd(36)} ${count(counts[name] ?? 0)}`).join('\n')
}

function wholeNumber(name: 'schedules' | 'seed', text: string, least: number): number {
  const number = Number(text)
  return Number.isSafeInteger(number) && number >= least
    ? number
    : refuseCommandLine(FORM, `--${name} ${text} is invalid: expected a whole number from ${least}.`)
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
