// In: the YAML's values. Out: the same with every *File twin replaced by the content of its file.
// Must not put a secret into a fault; the path is enough.
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'

/** `accessTokenFile: path` stands for `accessToken: <content of the file>`, at any depth. */
export function readSecretFiles(value: unknown, folder: string, faults: string[], path = ''): unknown {
  if (Array.isArray(value)) return value.map((item, index) => readSecretFiles(item, folder, faults, `${path}${index}.`))
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const twin = /^(.+)File$/.exec(key)?.[1]
      if (twin === undefined || typeof inner !== 'string')
        return [key, readSecretFiles(inner, folder, faults, `${path}${key}.`)]
      const file = isAbsolute(inner) ? inner : resolve(folder, inner)
      const secret = readSecretFile(file)
      if ('fault' in secret) {
        faults.push(`${path}${key} = ${JSON.stringify(inner)}: ${secret.fault}`)
        return [twin, '']
      }
      return [twin, secret.text]
    }),
  )
}

/** Content of a file that must hold something, without the line end that editors add; or what is wrong with it. */
export function readSecretFile(file: string): { text: string } | { fault: string } {
  if (!existsSync(file)) return { fault: 'there is no such file' }
  try {
    const text = readFileSync(file, 'utf8').trim()
    return text === '' ? { fault: 'the file is empty' } : { text }
  } catch (error) {
    return { fault: `the file cannot be read (${(error as { code?: string }).code ?? String(error)})` }
  }
}
