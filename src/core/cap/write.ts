// In: a message as values. Out: its CAP 1.2 document, elements in the schema's fixed order.
// Must not change a value.
import { element, writeXml, type XmlElement } from '../xml.ts'
import { URGENCY, type AlertReference, type CapAlert, type CapArea, type NamedValue } from './alert.ts'

const NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2'

/** The whole document. */
export function writeAlert(alert: CapAlert): string {
  return writeXml(
    element(
      'alert',
      [
        element('identifier', alert.identifier),
        element('sender', alert.sender),
        element('sent', alert.sent),
        element('status', alert.status),
        element('msgType', alert.msgType),
        element('scope', 'Public'),
        optional('note', alert.note),
        optional('references', alert.references.map(writeReference).join(' ')),
        optional('incidents', alert.incidents),
        writeInfo(alert.info),
      ],
      { xmlns: NAMESPACE },
    ),
  )
}

/** sender,identifier,sent */
function writeReference({ sender, identifier, sent }: AlertReference): string {
  return `${sender},${identifier},${sent}`
}

function writeInfo(info: CapAlert['info']): XmlElement {
  return element('info', [
    // The schema's default is en-US.
    element('language', 'zh-CN'),
    element('category', 'Geo'),
    element('event', info.event),
    element('responseType', info.responseType),
    element('urgency', URGENCY),
    element('severity', info.severity),
    element('certainty', info.certainty),
    optional('effective', info.effective),
    optional('onset', info.onset),
    optional('expires', info.expires),
    element('senderName', info.senderName),
    element('headline', info.headline),
    element('description', info.description),
    element('web', info.web),
    ...info.parameters.map((each) => named('parameter', each)),
    info.area === null ? null : writeArea(info.area),
  ])
}

function writeArea({ areaDesc, latitude, longitude, radiusKm, geocodes }: CapArea): XmlElement {
  return element('area', [
    element('areaDesc', areaDesc),
    element('circle', `${latitude},${longitude} ${radiusKm}`),
    ...geocodes.map((each) => named('geocode', each)),
  ])
}

function named(name: string, { valueName, value }: NamedValue): XmlElement {
  return element(name, [element('valueName', valueName), element('value', value)])
}

function optional(name: string, text: string): XmlElement | null {
  return text === '' ? null : element(name, text)
}
