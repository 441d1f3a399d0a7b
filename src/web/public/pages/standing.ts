// In: the bureau. Out: the pages that stand whatever happens: about, accessibility, privacy, announcements.
// Must not promise what was not done; what a bureau leaves open is said to be open.
import type { Wording } from '../wording.ts'
import type { Announcement, Scene, Sheet, SiteIdentity } from './frame.ts'

interface Section {
  heading: string
  lines: string[]
}

export function standingSheets({ announcements = [] }: SiteIdentity): Sheet[] {
  return [
    textSheet('about', ({ wording: { say }, site }) => [
      { heading: say('about', 'whatHead'), lines: [say('about', 'what'), say('about', 'what2')] },
      { heading: say('about', 'notHead'), lines: [say('about', 'not')] },
      { heading: say('about', 'numbersHead'), lines: [say('about', 'numbers')] },
      { heading: say('about', 'checkHead'), lines: [say('about', 'check')] },
      { heading: say('about', 'contactHead'), lines: contactLines(site, say) },
      { heading: say('about', 'softwareHead'), lines: [say('about', 'software')] },
    ]),
    textSheet('accessibility', ({ wording: { say }, site }) => [
      ...['ways', 'aloud', 'tested', 'not'].map((key) => ({
        heading: say('accessibility', `${key}Head`),
        lines: [say('accessibility', key)],
      })),
      {
        heading: say('accessibility', 'complainHead'),
        lines: [say('accessibility', 'complain'), ...contactLines(site, say), say('accessibility', 'basis')],
      },
    ]),
    textSheet('privacy', ({ wording: { say }, site }) => [
      ...['none', 'log', 'search'].map((key) => ({
        heading: say('privacy', `${key}Head`),
        lines: [say('privacy', key)],
      })),
      {
        heading: say('privacy', 'pushHead'),
        lines: ['pushWhat', 'pushWhere', 'pushLong', 'pushElse'].map((key) => say('privacy', key)),
      },
      {
        heading: say('privacy', 'rightsHead'),
        lines: [say('privacy', 'rights'), ...contactLines(site, say)],
      },
    ]),
    {
      path: '/announcements',
      template: 'announcements',
      title: (wording) => wording.say('announcements', 'title'),
      view: ({ wording }) => ({ announcements: announcements.toSorted(newestFirst).map((a) => writeOne(a, wording)) }),
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

function contactLines({ contact }: SiteIdentity, say: Wording['say']): string[] {
  const lines = (['phone', 'email', 'address'] as const).flatMap((key) => {
    const value = contact?.[key] ?? ''
    return value === '' ? [] : [say('about', key, { [key]: value })]
  })
  return lines.length > 0 ? lines : [say('about', 'noContact')]
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
