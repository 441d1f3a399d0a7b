// In: the YAML's rules and authorisations, the hashes of the loaded templates. Out: the policy judgements run on.
// Must not sign anything: an authorisation without sha256 takes the shipped template's hash at start (DESIGN §5).
import type { Config } from '../config.ts'
import { EVERY_KIND, type NoticeKind } from '../core/notice.ts'
import type { Policy } from '../core/judgement/policy.ts'
import { isReplaced } from '../core/judgement/foresight.ts'
import { describeStale } from '../core/judgement/rules.ts'
import type { Instant } from '../core/instant.ts'

/** Two-letter code of each province-level unit by the first two digits of its GB/T 2260 code. */
const PROVINCE_LETTERS: Readonly<Record<string, string>> = {
  '11': 'BJ',
  '12': 'TJ',
  '13': 'HE',
  '14': 'SX',
  '15': 'NM',
  '21': 'LN',
  '22': 'JL',
  '23': 'HL',
  '31': 'SH',
  '32': 'JS',
  '33': 'ZJ',
  '34': 'AH',
  '35': 'FJ',
  '36': 'JX',
  '37': 'SD',
  '41': 'HA',
  '42': 'HB',
  '43': 'HN',
  '44': 'GD',
  '45': 'GX',
  '46': 'HI',
  '50': 'CQ',
  '51': 'SC',
  '52': 'GZ',
  '53': 'YN',
  '54': 'XZ',
  '61': 'SN',
  '62': 'GS',
  '63': 'QH',
  '64': 'NX',
  '65': 'XJ',
}

/** Builds the policy; `hashOf` gives the hash of a kind's template as loaded. */
export function buildPolicy(config: Config, hashOf: (kind: NoticeKind) => string): Policy {
  const templateHashes = Object.fromEntries(EVERY_KIND.map((kind) => [kind, hashOf(kind)]))
  return {
    home: config.bureau.home,
    watch: config.bureau.watch,
    attenuation: config.bureau.attenuation,
    gates: config.gates,
    rules: config.rules,
    authorisations: config.authorisations.map((a) => ({
      ...a,
      sha256: a.sha256 || (templateHashes[a.template] ?? ''),
    })),
    templateHashes,
    provinceLetters: PROVINCE_LETTERS[config.bureau.home.code.slice(0, 2)] ?? '',
  }
}

/** Authorisations that are not live and that no other stands in for, with the reason; said at start, on /readyz and by alarm. */
export function listStale(policy: Policy, now: Instant): { id: string; why: string }[] {
  return policy.authorisations.flatMap((authorisation) => {
    const why = describeStale(authorisation, policy.templateHashes, now)
    return why === null || authorisation.endedAt !== undefined || isReplaced(authorisation, policy, now)
      ? []
      : [{ id: authorisation.id, why }]
  })
}
