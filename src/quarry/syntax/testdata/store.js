#!/usr/bin/env node
/* eslint-env node */
'use strict'

const path = require('path')

/**
 * Joins paths.
 * @param {...string} parts
 */
export const join = (...parts) => path.join(...parts)

// Reads a file.
export async function read(name, { encoding = 'utf8' } = {}) {
  const data = await load(name)
  return data.toString(encoding)
}

export default class Store extends EventEmitter {
  static #count = 0
  handlers = new Map()

  /** Bound once. */
  onChange = (event) => {
    this.emit('change', event)
  }

  constructor(options) {
    super()
    Object.assign(this, options)
  }

  get size() { return this.handlers.size }
  static async *entries() { yield* walk() }
  #secret() {}
  [Symbol.iterator]() { return this.handlers.values() }
  'quoted name'() {}
}

function* ids() {
  let id = 0
  while (true) yield id++
}

// The public face.
const api = {
  version: 1,
  open() { return new Store() },
  close: function () { shutdown() },
  short: (x) => x + 1,
  long: async (x) => {
    await sleep(x)
  },
  nested: {
    deep() {},
  },
}

exports.open = function open(file) { return api.open(file) }
module.exports.parse = (text) => {
  return JSON.parse(text)
}

/** Walks up. */
Store.prototype.parent = function () {
  return this.up().up()
}

var first = function () {}, second = () => 2

describe('store', () => {
  it('opens', () => {
    function helper() { return api.open() }
    expect(helper()).toBeTruthy()
  })
})

export { first, second }
