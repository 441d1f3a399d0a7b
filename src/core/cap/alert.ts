// In: nothing. Out: a CAP 1.2 message as values, and the rules of the standard that its schema does not check.
// Must not write XML (write.ts) nor choose words (compose.ts).
import { parseZonedTime } from '../instant.ts'

/** What later messages name an earlier one by, exactly as it was published (CAP 1.2 §3.2.1 "references"). */
export interface AlertReference {
  sender: string
  identifier: string
  sent: string
}

export interface NamedValue {
  valueName: string
  value: string
}

/** The part of CAP 1.2 that a notice needs. Order and names are the standard's; write.ts keeps them. */
export interface CapAlert extends AlertReference {
  status: 'Actual' | 'Exercise'
  msgType: 'Alert' | 'Update' | 'Cancel'
  /** '' is left out. */
  note: string
  references: readonly AlertReference[]
  /** One word that all messages about the same quake share; '' is left out. */
  incidents: string
  info: {
    event: string
    responseType: 'Monitor' | 'None'
    severity: 'Extreme' | 'Severe' | 'Moderate' | 'Minor' | 'Unknown'
    certainty: 'Observed' | 'Likely' | 'Unlikely' | 'Unknown'
    /** Times as CAP writes them; '' is left out. */
    effective: string
    onset: string
    expires: string
    senderName: string
    headline: string
    description: string
    web: string
    parameters: readonly NamedValue[]
    area: CapArea | null
  }
}

export interface CapArea {
  areaDesc: string
  latitude: string
  longitude: string
  radiusKm: number
  geocodes: readonly NamedValue[]
}

/** A bureau's notice tells what has happened; anything but Past would make it a warning, which it must not issue. */
export const URGENCY = 'Past'

/** Heads of what is no real alert, so that whoever sees the headline alone knows. */
export const EXERCISE_MARKS = ['【演练】', '【演示】'] as const

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/
/** Separators of references, and what a text in XML could be mistaken for (CAP 1.2 §3.2.1). */
const NAME = /^[^\s,<&]{1,200}$/

/** Rules that the schema lets pass (channels.md §4), by name; empty when the message may be published. */
export function checkAlert(alert: CapAlert): string[] {
  const { info } = alert
  const times = [alert.sent, info.effective, info.onset, info.expires, ...alert.references.map((each) => each.sent)]
  const area = info.area
  const rules: Record<string, boolean> = {
    'cap-identifier': NAME.test(alert.identifier),
    'cap-sender': NAME.test(alert.sender),
    'cap-time': times.every((time) => time === '' || TIME.test(time)) && alert.sent !== '',
    'cap-references': (alert.msgType === 'Alert') === (alert.references.length === 0),
    'cap-reference-form': alert.references.every(
      ({ sender, identifier }) => NAME.test(sender) && NAME.test(identifier),
    ),
    'cap-reference-self': alert.references.every(({ identifier }) => identifier !== alert.identifier),
    'cap-reference-order': isAfterAll(alert),
    'cap-incidents': alert.incidents === '' || /^\S+$/.test(alert.incidents),
    'cap-exercise-note': alert.status === 'Actual' || alert.note.trim() !== '',
    'cap-exercise-headline': alert.status === 'Actual' || EXERCISE_MARKS.some((mark) => info.headline.startsWith(mark)),
    'cap-cancel-note': alert.msgType !== 'Cancel' || alert.note.trim() !== '',
    'cap-texts': [info.event, info.headline, info.description, info.senderName].every((text) => text.trim() !== ''),
    'cap-expires': instantOf(info.expires) > instantOf(alert.sent),
    'cap-area': area === null ? alert.msgType === 'Cancel' : area.areaDesc.trim() !== '',
    // Aggregators draw nothing for a circle without a radius.
    'cap-circle': area === null || area.radiusKm > 0,
  }
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]))
}

/** A message sent before one that it names would be read as the older. */
function isAfterAll({ sent, references }: CapAlert): boolean {
  return references.every((each) => instantOf(each.sent) <= instantOf(sent))
}

const instantOf = (time: string): number => parseZonedTime(time) ?? Number.NaN
