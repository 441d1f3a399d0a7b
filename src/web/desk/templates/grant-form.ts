// In: the form of a signature. Out: what it grants, or which field cannot be read; and the form's choices.
// Must not decide whether it may be granted: publish/template-acts.ts does.
import type { Authorisation, When } from '../../../core/judgement/policy.ts'
import { NOTICE_KINDS, type NoticeKind } from '../../../core/notice.ts'
import type { Grant } from '../../../publish/template-acts.ts'
import { nameKind } from './words.ts'

/** Kinds that speak by themselves; the others follow a person's act or a word that was said. */
export const GRANTED: readonly NoticeKind[] = NOTICE_KINDS.filter(
  (kind) => kind !== 'withdrawal' && kind !== 'no-quake',
)

export type ReadGrant = { ok: true; grant: Grant | null } | { ok: false; reason: string }

/** Null where no kind is ticked: then nothing is authorised. */
export function readGrant(form: URLSearchParams): ReadGrant {
  const kinds = GRANTED.filter((kind) => form.getAll('kind').includes(kind))
  if (kinds.length === 0) return { ok: true, grant: null }
  const when: When = {}
  for (const [field, key, most] of [
    ['magnitude', 'minMagnitude', 10],
    ['distance', 'maxDistanceKm', 20_038],
    ['intensity', 'minIntensity', 12],
  ] as const) {
    const typed = (form.get(field) ?? '').trim()
    if (typed === '') continue
    const value = /^\d{1,5}(?:\.\d{1,2})?$/.test(typed) ? Number(typed) : Number.NaN
    if (!(value >= 0 && value <= most)) return { ok: false, reason: '震级、距离或烈度填写有误' }
    when[key] = value
  }
  const days = (form.get('days') ?? '').trim()
  return {
    ok: true,
    grant: {
      kinds,
      sources: [...new Set(form.getAll('source'))].slice(0, 200),
      when,
      days: /^\d{1,4}$/.test(days) ? Number(days) : Number.NaN,
      publicationLevel: (form.get('level') ?? '').trim(),
      secrecyReview: (form.get('secrecy') ?? '').trim(),
    },
  }
}

/** The form as it opens: ticked is what was authorised before, so that a renewal names the same. */
export function viewGrantForm(
  authorisations: readonly Authorisation[],
  sources: readonly string[],
  touched: readonly NoticeKind[],
): object {
  const named = new Set(authorisations.flatMap((each) => each.sources))
  const kinds = new Set(authorisations.map(({ template }) => template))
  return {
    kinds: GRANTED.map((kind) => ({
      value: kind,
      name: nameKind(kind),
      chosen: kinds.has(kind) && touched.includes(kind),
    })),
    sources: sources.map((id) => ({ id, chosen: named.size === 0 || named.has(id) })),
  }
}
