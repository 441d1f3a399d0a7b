// In: what the platform answers to every call but the token's. Out: an official account with all three legs, its client, its
// calls and how often each was made. Knows the adapter's settings and nothing of how it goes about a leg.
import { config } from '../../channels/wechat/config.ts'
import { wechat } from '../../channels/wechat/index.ts'
import type { HttpCall, HttpReply, Job } from '../../src/core/channel.ts'
import { fakeReach, jobOf, json, pathOf } from './fakes.ts'

export const given = {
  appId: 'wx0123456789abcdef',
  secret: 'app-secret-0123456789',
  kind: 'service',
  legs: ['freepublish', 'mass', 'subscribe'],
  covers: { default: 'cover-1', withdrawal: 'cover-2' },
  subscribe: { templateId: 'tpl-1' },
}
export const settings = config.parse(given)
export const TOKEN = 'token-0123456789abcdef-0123456789'

/** A refusal as the platform words it. */
export const fail = (errcode: number, more: Record<string, unknown> = {}): HttpReply =>
  json({ errcode, errmsg: 'as documented rid: 62bd10f4-1234', ...more })

/** @param nth of the calls with this path, from 1 */
export type Script = (path: string, call: HttpCall, nth: number) => HttpReply

/** Opens the account. @param options as of fakeReach; tokens are handed out one after the other, the last for good */
export function open(
  script: Script,
  { tokens = [TOKEN], ...options }: NonNullable<Parameters<typeof fakeReach>[1]> & { tokens?: string[] } = {},
) {
  let handedOut = 0
  const seen = new Map<string, number>()
  const reach = fakeReach((call) => {
    const path = pathOf(call).replace('/cgi-bin/', '')
    seen.set(path, (seen.get(path) ?? 0) + 1)
    if (path === 'stable_token') {
      const token = tokens[Math.min(handedOut, tokens.length - 1)]
      handedOut += 1
      return json({ access_token: token, expires_in: 7200 })
    }
    return script(path, call, seen.get(path) ?? 0)
  }, options)
  const count = (path: string): number => seen.get(path) ?? 0
  const made = (path: string): HttpCall[] => reach.calls.filter((call) => pathOf(call).endsWith(path))
  return { reach, client: wechat.open(settings, reach), count, made }
}

/** The sample notice's job over a leg of this account. */
export const job = (leg: string, change: Partial<Job> = {}): Job => jobOf(wechat, settings, leg, change)

/** The openids of so many subscribers. */
export const users = (n: number): string[] => Array.from({ length: n }, (_, i) => `open-${i}`)
