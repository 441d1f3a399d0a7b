// In: the public port of a running installation, words, perhaps a picture. Out: what a citizen's browser is shown after the form.
// Must not reach into the program: it is the form that a browser without a script would send.

/** A PNG of one point. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='

export interface Reported {
  status: number
  body: string
  /** '' where none was given. */
  receipt: string
}

/** @param root of the way of reading: '', '/large', '/en' … */
export async function sendReport(
  port: number,
  fields: Readonly<Record<string, string>>,
  { root = '', picture }: { root?: string; picture?: Uint8Array<ArrayBuffer> } = {},
): Promise<Reported> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  // As a browser does where no file was chosen.
  form.set('picture', new Blob([picture ?? new Uint8Array(0)], { type: 'image/png' }), picture ? 'a.png' : '')
  const reply = await fetch(`http://127.0.0.1:${port}${root}/rumours/report`, { method: 'POST', body: form })
  const body = await reply.text()
  return { status: reply.status, body, receipt: /[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}/.exec(body)?.[0] ?? '' }
}

/** A question with a picture beside it: what has a page of its own at the desk. */
export const askWithPicture = (port: number): Promise<Reported> =>
  sendReport(
    port,
    { text: '请问刚才是地震了吗？', region: '银川市' },
    { picture: Uint8Array.from(Buffer.from(DOT, 'base64')) },
  )
