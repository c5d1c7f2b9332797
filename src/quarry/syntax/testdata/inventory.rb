#!/usr/bin/env ruby
# frozen_string_literal: true

require "set"
require_relative "warehouse/base"

# Keeps stock.
#
#   Inventory.open("main")
module Inventory
  VERSION = "1.0"

  # A point in a warehouse.
  Place = Struct.new(:row, :shelf) do
    # Where it is, for people.
    def to_s = "#{row}/#{shelf}"

    def <=>(other)
      [row, shelf] <=> [other.row, other.shelf]
    end
  end

  Item = Data.define(:name, :count)

  class Error < StandardError; end
  class NotFound < Error
    def initialize(name) # :nodoc:
      super("no #{name}")
    end
  end

  Broken = Class.new(Error) do
    def code; 42; end
  end

  class << self
    # Opens an inventory.
    def open(name, *args, **options, &block)
      new_store(name).tap(&block)
    end

    attr_accessor :default

    private

    def new_store(name)
      Store::Disk.new(name)
    end
  end

  module_function

  def self.reset!
    @default = nil
  end

  # Stores things.
  class Store::Disk < Warehouse::Base
    include Comparable
    extend Forwardable, ClassMethods
    prepend Inventory::Locking

    attr_reader :path, :items

    # How many items there are.
    attr_accessor :count

    def_delegators :@items, :each, :size
    delegate :name, to: :owner
    scope :recent, -> { where(new: true).order(:date) }
    validates :name, presence: true

    # Iterates.
    #
    # @yield [Item]
    def each
      return enum_for(:each) unless block_given?

      @items.each do |item|
        yield item
      end
    ensure
      close
    end
    alias each_item each
    alias_method :entries, :to_a

    def [](key) = @items.fetch(key) { raise NotFound, key }

    def count=(value)
      @count = Integer(value)
    end

    def empty? = size.zero?

    private def lock!(timeout: 5)
      Timeout.timeout(timeout) { @mutex.lock }
    end

    %w[open closed].each do |state|
      define_method("#{state}?") do
        @state == state
      end
    end

    # Counts again.
    define_method(:recount) do |deep = false|
      self.count = @items.sum { |i| i.count(deep) }
    end

    protected

    def compare(other)
      def inner_helper
        1
      end
      sql = <<~SQL, other
        SELECT *
        def not_a_method
        FROM items
      SQL
      @db&.execute(sql) || inner_helper
    rescue Errno::ENOENT, DB::Error => e
      logger.warn e.message
      nil
    end

    def -@
      self.class.new(-count)
    end

    def method_missing(name, ...) = @items.public_send(name, ...)
  end
end

# Tasks of the command line.
namespace :inventory do
  desc "Count everything"
  task count: :environment do
    puts Inventory.open("main").count
  end
end

describe Inventory do
  it "opens" do
    expect(Inventory.open("x")).to be_a(Inventory::Store)
  end
end

def main
  Inventory::Store.new.run
end

Inventory.singleton_class.class_eval do
  def patched
    open("patched")
  end
end

main if __FILE__ == $0
__END__
def after_the_end
end
