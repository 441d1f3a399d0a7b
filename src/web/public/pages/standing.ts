// In: the bureau. Out: the pages that stand whatever happens: about, accessibility, privacy, announcements.
// Must not promise what was not done; what a bureau leaves open is said to be open.
import type { NoticeView } from '../../../store/notices.ts'
import type { Wording } from '../wording.ts'
import type { Announcement, Scene, Sheet, SiteIdentity } from './frame.ts'
import { rowOf } from './notice-parts.ts'

interface Section {
  heading: string
  lines: string[]
}

/** @param notices announcements of the record, newest first */
export function standingSheets({ announcements = [] }: SiteIdentity, notices: readonly NoticeView[] = []): Sheet[] {
  return [
    textSheet('about', ({ wording, site }) => [
      {
        heading: wording.say('about', 'whatHead'),
        lines: [wording.say('about', 'what'), wording.say('about', 'what2')],
      },
      { heading: wording.say('about', 'notHead'), lines: [wording.say('about', 'not')] },
      { heading: wording.say('about', 'numbersHead'), lines: [wording.say('about', 'numbers')] },
      { heading: wording.say('about', 'checkHead'), lines: [wording.say('about', 'check')] },
      { heading: wording.say('about', 'contactHead'), lines: contactLines(site, wording) },
      { heading: wording.say('about', 'softwareHead'), lines: [wording.say('about', 'software')] },
    ]),
    textSheet('accessibility', ({ wording, site }) => [
      ...['ways', 'aloud', 'tested', 'not'].map((key) => ({
        heading: wording.say('accessibility', `${key}Head`),
        lines: [wording.say('accessibility', key)],
      })),
      {
        heading: wording.say('accessibility', 'complainHead'),
        lines: [
          wording.say('accessibility', 'complain'),
          ...contactLines(site, wording),
          wording.say('accessibility', 'basis'),
        ],
      },
    ]),
    textSheet('privacy', ({ wording, site }) => [
      ...['none', 'log', 'search'].map((key) => ({
        heading: wording.say('privacy', `${key}Head`),
        lines: [wording.say('privacy', key)],
      })),
      {
        heading: wording.say('privacy', 'pushHead'),
        lines: ['pushWhat', 'pushWhere', 'pushLong', 'pushElse'].map((key) => wording.say('privacy', key)),
      },
      {
        heading: wording.say('privacy', 'reportHead'),
        lines: ['reportWhat', 'reportWho', 'reportLong'].map((key) => wording.say('privacy', key)),
      },
      {
        heading: wording.say('privacy', 'rightsHead'),
        lines: [wording.say('privacy', 'rights'), ...contactLines(site, wording)],
      },
    ]),
    {
      path: '/announcements',
      template: 'announcements',
      title: (wording) => wording.say('announcements', 'title'),
      view: (scene) => ({
        notices: notices.map((notice) => rowOf(notice, scene)),
        announcements: announcements.toSorted(newestFirst).map((a) => writeOne(a, scene.wording)),
        none: notices.length + announcements.length === 0,
      }),
    },
  ]
}

function textSheet(name: string, sections: (scene: Scene) => Section[]): Sheet {
  return {
    path: `/${name}`,
    template: 'text',
    title: (wording) => wording.say(name, 'title'),
    view: (scene) => ({
      title: scene.wording.say(name, 'title'),
      lead: scene.wording.say(name, 'lead', { bureau: scene.site.bureauName }),
      sections: sections(scene),
    }),
  }
}

function contactLines({ contact }: SiteIdentity, wording: Wording): string[] {
  const lines = (['phone', 'email', 'address'] as const).flatMap((key) => {
    const value = contact?.[key] ?? ''
    return value === '' ? [] : [wording.say('about', key, { [key]: value })]
  })
  return lines.length > 0 ? lines : [wording.say('about', 'noContact')]
}

const newestFirst = (a: Announcement, b: Announcement): number => b.publishedAt - a.publishedAt

function writeOne({ title, text, signedBy, publishedAt }: Announcement, wording: Wording) {
  return {
    title,
    paragraphs: text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    sign: wording.say('announcements', 'sign', { by: signedBy, date: wording.date(publishedAt) }),
  }
}
