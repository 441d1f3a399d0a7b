// In: what a section of the bench wants to start. Out: its processes, one folder and one HTTP client, all gone at the end.
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { waitForMessage } from './measure.ts'

export interface Stage {
  folder: string
  /** Starts a file of this folder and waits for the first thing it says. */
  launch<T>(file: string, args: string[]): Promise<{ child: ChildProcess; said: T }>
  /** Ends this process with the section. */
  adopt(child: ChildProcess): void
  /** Posts a feed; throws on any answer from 300 up. */
  post(url: string, body: string, headers?: Record<string, string>): Promise<void>
}

/** A subject takes a feed's bytes. */
export interface Subject {
  name: string
  post(feed: string): Promise<void>
}

/** Runs one section; whatever it started is ended, also when it fails. */
export async function onStage(act: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'qd-bench-'))
  const agent = new Agent({ keepAliveTimeout: 60_000 })
  const children: ChildProcess[] = []
  const stage: Stage = {
    folder,
    launch: async <T>(file: string, args: string[]) => {
      const child = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      children.push(child)
      return { child, said: await waitForMessage<T>(child) }
    },
    adopt: (child) => void children.push(child),
    post: async (url, body, headers = {}) => {
      const reply = await request(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/xml; charset=utf-8', ...headers },
        dispatcher: agent,
      })
      const text = await reply.body.text()
      if (reply.statusCode >= 300) throw new Error(`${url}: ${reply.statusCode} ${text}`)
    },
  }
  try {
    await act(stage)
  } finally {
    for (const child of children.toReversed()) child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    for (const child of children) child.kill('SIGKILL')
    await agent.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}
