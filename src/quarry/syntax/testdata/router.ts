import { Handler } from './handler'

/** What a route matches. */
export interface Route<T = unknown> extends Matcher, Partial<Options> {
  path: string
  /** Tells whether a request fits. */
  matches(request: Request): boolean
  undocumented(): void
}

// Names of methods.
export type Method =
  | 'GET'
  | 'POST'

export enum Status {
  Ok = 200,
  NotFound = 404,
}

declare module 'express' {
  interface Request { user?: User }
}

declare function setImmediate(callback: () => void): number

export function on(event: 'open'): void
export function on(event: 'close', code: number): void
/** The implementation of all overloads. */
export function on(event: string, code?: number): void {
  emitter.emit<Payload>(event, code)
}

/**
 * Holds the routes.
 */
@Injectable()
export abstract class Router<T extends Handler> extends Base<T> implements Disposable {
  private readonly routes: Route[] = []

  constructor(private readonly log: Logger, public name?: string) {
    super()
  }

  @Memoize({ ttl: 5 })
  public async find(path: string): Promise<Route | undefined> {
    return this.routes.find((route) => route.matches(new Request(path)))
  }

  /** Runs on every request. */
  protected abstract handle(request: Request): void

  listen = async (port: number): Promise<void> => {
    await bind(port)
  }

  static #instance: Router<any>
  get length(): number { return this.routes.length }
}

namespace Paths.Inner {
  export const normalize = (path: string): string =>
    path.replace(/\/+/g, '/')

  export class Segment {}
}

export const createRouter = <T extends Handler>(handlers: T[]): Router<T> => {
  const add = (handler: T) => register(handler as unknown as Route)
  handlers.forEach(add)
  return build(handlers)!
}

export default (app: App) => {
  app.use(createRouter([]))
}
