// In: templates/pages/guide.yaml. Out: the science texts, checked for their shape.
// Must not decide whether they are shown: a signature does (app/guide.ts).
import { parse } from 'yaml'
import { z } from 'zod'

const steps = z.array(z.string().min(1)).min(1)
const anchor = z.string().regex(/^[a-z][a-z-]{0,30}$/)
const shape = z.strictObject({
  bands: z
    .array(z.strictObject({ id: anchor, from: z.number().int().min(1).max(12), name: z.string().min(1), steps }))
    .min(1)
    .refine((bands) => bands[0]?.from === 1 && bands.every((b, i) => i === 0 || b.from > (bands[i - 1]?.from ?? 0)), {
      error: 'bands begin at 1 and rise',
    }),
  phases: z.array(z.strictObject({ id: anchor, name: z.string().min(1), steps })).min(1),
})

export type Guide = z.infer<typeof shape>
export const GUIDE_FILE = 'guide.yaml'

/** @throws when the file is missing or has another shape */
export function readGuide(files: ReadonlyMap<string, string>): Guide {
  const source = files.get(GUIDE_FILE)
  if (source === undefined) throw new Error(`templates/pages/${GUIDE_FILE} is missing`)
  const read = shape.safeParse(parse(source))
  if (!read.success) throw new Error(`templates/pages/${GUIDE_FILE}: ${z.prettifyError(read.error)}`)
  return read.data
}
