// In: the folders of templates/. Out: their texts by name.
// Must not parse them; the renderer and the pages do, at start, so that a slip shows before the night.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../templates', import.meta.url))

/** File name → source. @throws when the folder cannot be read */
export async function loadTemplates(folder: 'notices' | 'pages' | 'card' | 'handover'): Promise<Map<string, string>> {
  const names = (await readdir(`${ROOT}/${folder}`))
    .filter((name) => name.endsWith('.liquid') || name.endsWith('.yaml'))
    .sort()
  const sources = await Promise.all(names.map((name) => readFile(`${ROOT}/${folder}/${name}`, 'utf8')))
  return new Map(names.map((name, index) => [name, sources[index] ?? '']))
}
