// In: a channel's client and its secrets. Out: the same client, refusing foreign classes and saying no secret.
// Must not change what an outcome means.
import type { Job, OutletClient, Reach } from '../../src/core/channel.ts'
import { describeFailure } from './ask.ts'
import { limitTime } from './deadline.ts'

const LONGEST_REASON = 400
const SHORTEST_SECRET = 6

/**
 * Wraps a client so that a drill job never leaves through an actual outlet or the other way round (DESIGN L4; the
 * database and the dispatcher refuse it as well), and so that no secret stands in an outcome or an error, even when
 * the platform or the network layer echoes it; and so that no act outlasts its lease.
 * @param secrets asked after every call, because a WeChat token comes into being during one
 */
export function guardClient(client: OutletClient, reach: Reach, secrets: () => Iterable<string>): OutletClient {
  const run = <T>(act: () => Promise<T>): Promise<T> =>
    limitTime(async () => {
      try {
        return concealIn(await act(), needlesFor(secrets())) as T
      } catch (error) {
        throw concealError(error, secrets())
      }
    })
  const check = client.check?.bind(client)
  const remove = client.remove?.bind(client)
  const inspect = client.inspect?.bind(client)
  return {
    deliver: async (job: Job) =>
      job.class === reach.class
        ? run(() => client.deliver(job))
        : {
            state: 'rejected',
            code: 'class',
            fix: 'operator',
            reason: `类别 ${job.class} 的任务不得经类别 ${reach.class} 的渠道发出`,
          },
    probe: (job) => run(() => client.probe(job)),
    ...(check && { check: (job: Job) => run(() => check(job)) }),
    ...(remove && { remove: (job: Job, ref: string) => run(() => remove(job, ref)) }),
    ...(inspect && { inspect: () => run(inspect) }),
  }
}

/** The error itself when no secret stands in it; else a new one without cause and stack, which would repeat it. */
function concealError(error: unknown, secrets: Iterable<string>): unknown {
  const needles = needlesFor(secrets)
  for (let at = error, depth = 0; depth < 5 && at !== undefined; depth += 1) {
    const said = at instanceof Error ? `${at.message} ${at.stack ?? ''}` : describeFailure(at)
    if (replaceAll(said, needles) !== said)
      return new Error(replaceAll(describeFailure(error), needles).slice(0, LONGEST_REASON))
    at = at instanceof Error ? at.cause : undefined
  }
  return error
}

/** Replaces every secret in a text by ***, in plain, percent-encoded and form-encoded spelling. */
export function conceal(text: string, secrets: Iterable<string>): string {
  return replaceAll(text, needlesFor(secrets))
}

function needlesFor(secrets: Iterable<string>): string[] {
  const needles = new Set<string>()
  for (const secret of secrets) {
    // Real ones have 32 characters and more; blotting out a handful of letters would garble refs and reasons.
    if (secret.length < SHORTEST_SECRET) continue
    needles.add(secret)
    needles.add(encodeURIComponent(secret))
    needles.add(encodeURI(secret))
    needles.add(new URLSearchParams({ v: secret }).toString().slice(2))
  }
  // Longest first: a secret that holds another one must not leave its own tail behind.
  return [...needles].sort((a, b) => b.length - a.length)
}

function replaceAll(text: string, needles: string[]): string {
  let out = text
  for (const needle of needles) out = out.replaceAll(needle, '***')
  return out
}

function concealIn(value: unknown, needles: string[]): unknown {
  if (typeof value === 'string') return replaceAll(value, needles)
  if (typeof value !== 'object' || value === null) return value
  const out: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    const cleaned = concealIn(inner, needles)
    out[key] = key === 'reason' && typeof cleaned === 'string' ? cleaned.slice(0, LONGEST_REASON) : cleaned
  }
  return out
}
