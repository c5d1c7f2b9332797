defmodule Shop.Ledger do
  @moduledoc """
  Books what customers owe.

      iex> Shop.Ledger.new() |> Shop.Ledger.balance()
      0
  """

  use GenServer
  alias Shop.{Entry, Money}
  require Logger

  @behaviour Shop.Journal
  @currency :eur

  defstruct entries: [],
            currency: @currency

  @typedoc "A ledger with its entries, the newest first."
  @type t :: %__MODULE__{entries: [Entry.t()], currency: atom()}

  @type amount :: integer()

  defmodule Error do
    defexception [:message]

    @impl true
    def exception(reason), do: %__MODULE__{message: "ledger: #{inspect(reason)}"}
  end

  @doc "Makes an empty ledger."
  @spec new(keyword()) :: t()
  def new(options \\ []), do: struct(__MODULE__, options)

  @doc """
  Books an entry.

  Negative amounts are refused.
  """
  @doc since: "1.2.0"
  @spec book(t(), String.t(), amount()) :: {:ok, t()} | {:error, atom()}
  def book(ledger, title, amount)

  def book(%__MODULE__{}, _title, amount) when amount < 0 do
    {:error, :negative}
  end

  # Nothing to book.
  def book(ledger, _title, 0), do: {:ok, ledger}

  def book(%__MODULE__{entries: entries} = ledger, title, amount)
      when is_binary(title) do
    entry = %Entry{title: title, amount: Money.round(amount)}
    {:ok, %{ledger | entries: [entry | entries]}}
  end

  @doc "The same with today's date."
  def book(ledger, title, amount, %Date{} = date) do
    ledger |> book("#{date} #{title}", amount) |> tap(&log/1)
  end

  @doc false
  def balance(%__MODULE__{entries: entries}),
    do: Enum.reduce(entries, 0, fn entry, sum -> sum + entry.amount end)

  defp log({:ok, ledger}) do
    Logger.debug("balance #{balance(ledger)}")
  end

  defp log({:error, reason}), do: Logger.warning(reason)

  # Adds two ledgers.
  def left + right do
    %{left | entries: left.entries ++ right.entries}
  end

  defguard is_amount(value) when is_integer(value) and value >= 0

  defdelegate format(amount), to: Money

  defmacro audited(name, do: block) do
    quote do
      def unquote(name)(ledger) do
        Logger.info(unquote(name))
        unquote(block)
      end
    end
  end

  @impl GenServer
  def init(_args), do: {:ok, new()}

  @impl GenServer
  def handle_call(:balance, _from, ledger), do: {:reply, balance(ledger), ledger}
  def handle_call({:book, title, amount}, _from, ledger) do
    case book(ledger, title, amount) do
      {:ok, ledger} -> {:reply, :ok, ledger}
      {:error, _} = error -> {:reply, error, ledger}
    end
  end

  def ready?, do: !is_nil(Process.whereis(__MODULE__))
  def last(ledger), do: hd ledger.entries
end

defprotocol Shop.Printable do
  @doc "Turns a thing into a line of text."
  @fallback_to_any true
  @spec line(t) :: String.t()
  def line(thing)
end

defimpl Shop.Printable, for: Shop.Ledger do
  def line(ledger), do: "ledger of #{length(ledger.entries)}"
end

defmodule Shop.Journal do
  @doc """
  Called for every entry.
  """
  @callback book(ledger :: term, title :: String.t(), amount :: integer) ::
              {:ok, term} | {:error, atom}
  @callback close(ledger) :: :ok when ledger: term
  @optional_callbacks close: 1
end

defmodule Shop.LedgerTest do
  use ExUnit.Case, async: true

  setup do
    {:ok, ledger: Shop.Ledger.new()}
  end

  describe "book/3" do
    @tag :slow
    test "refuses negative amounts, e.g. -1", %{ledger: ledger} do
      assert {:error, :negative} = Shop.Ledger.book(ledger, "rent", -1)
    end
  end
end
