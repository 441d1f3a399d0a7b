// In: a report as a program sends it. Out: what is handed on, as a schema that the API's document shows as well.
// Must not describe a second time what the form asks: the same limits, the same record.
import { z } from 'zod'
import { parseZonedTime } from '../../../core/instant.ts'
import { MOST_CONTACT, MOST_TEXT, PLATFORMS, type Told } from '../../../rumour/record.ts'

export const sightingSchema = z
  .strictObject({
    text: z.string().min(1).max(MOST_TEXT).meta({ description: 'the message word for word, or a question' }),
    url: z.string().max(500).optional().meta({ description: 'where it stands: http:// or https://' }),
    platform: z.enum(PLATFORMS).optional(),
    region: z.string().max(40).optional().meta({ description: 'down to the county' }),
    seenAt: z.iso
      .datetime({ offset: true })
      .refine((text) => parseZonedTime(text) !== null, 'no such time')
      .optional()
      .meta({ description: 'with its zone' }),
    contact: z
      .strictObject({ value: z.string().min(1).max(MOST_CONTACT), consent: z.literal(true) })
      .optional()
      .meta({
        description:
          'how to be reached, agreed to be used for verifying and answering; sealed apart, gone after 90 days',
      }),
  })
  .meta({ description: 'One report of a rumour, or one question' })

export type GivenSighting = z.infer<typeof sightingSchema>

export function toTold(given: GivenSighting, route: Told['route']): Told {
  const { text, url = '', platform = '', region = '', seenAt, contact } = given
  return {
    route,
    text,
    url,
    platform,
    region,
    seenAt: seenAt === undefined ? null : parseZonedTime(seenAt),
    contact: contact?.value ?? '',
  }
}

/** Names keys and what is wrong, never what was sent. */
export function describeFault(error: z.ZodError): { error: string; rule: string } {
  const [first] = error.issues
  const rule = String(first?.path[0] ?? 'body')
  const text = error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
    .join('; ')
  return { error: text.slice(0, 400), rule: /^[a-zA-Z]{1,20}$/.test(rule) ? rule : 'body' }
}
