// The peer: what a capable person writes in an afternoon. rss-parser, a template string, Promise.all of fetch; not durable.
import { call, readUrls, serveFeed } from './feed-half.ts'

const urls = readUrls()
serveFeed(async (body) => {
  await Promise.all(urls.map((url) => call(url, body)))
})
