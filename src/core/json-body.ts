// In: the text of a body. Out: the JSON in it, or undefined where it is none: JSON has no such value. Must not judge its shape.

export function readJsonBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
