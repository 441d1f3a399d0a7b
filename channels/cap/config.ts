// In: the cap part of an outlet in the YAML. Out: a checked CapConfig.
// Must not read the environment.
import { z } from 'zod'

const schema = z.strictObject({
  /** Who says it, in every message and in every reference to it: best never changed. */
  sender: z
    .string()
    .max(120)
    .regex(
      /^(?:[\w.-]+@)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i,
      'must be a domain of the bureau or an address at one, e.g. cap@dzj.example.cn',
    ),
})

export type CapConfig = z.infer<typeof schema>
export const config: z.ZodType<CapConfig> = schema
