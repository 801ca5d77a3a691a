import unsafe from 'workerd:unsafe'

/**
 * A Worker beside the one under test. Every request to it ends all Durable Objects of the runtime on the spot, whatever
 * they are doing. (The harness's own eviction waits until an object is idle, which one with a socket and a timer never
 * is; the platform does not wait for ever.)
 */
export default {
  async fetch() {
    await unsafe.abortAllDurableObjects()
    return new Response()
  },
}
