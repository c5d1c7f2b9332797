<!DOCTYPE html>
<html>
<?php
/**
 * Orders of the shop.
 *
 * A comment of the file belongs to no definition.
 */

declare(strict_types=1);

namespace Shop\Order;

use Shop\Money\{Amount, Currency};
use function array_map, sprintf as format;

const MAX_ITEMS = 99;

/**
 * Sums up the prices of the items.
 *
 * @param iterable<Item> $items
 */
function total(iterable $items, Amount ...$extra): Amount
{
    $sum = Amount::zero();
    foreach ($items as $item) {
        $sum = $sum->plus($item->price ?? new Amount(0));
    }
    return array_reduce($extra, fn (Amount $a, Amount $b) => $a->plus($b), $sum);
}

if (!function_exists('Shop\Order\dump')) {
    // Only where nobody else has one.
    function &dump(mixed $value): mixed { \var_dump($value); return $value; }
}

/** What can be paid. */
interface Payable extends \Countable, Shop\HasTotal
{
    const LIMIT = 10;

    /** Marks it as paid. */
    public function pay(Amount $amount, ?string $note = null): void;

    public static function fromArray(array $data): static;
}

trait Loggable
{
    protected ?Logger $logger = null;

    # A hash comment is a doc, too.
    protected function log(string $message): void
    {
        $this->logger?->info(message: $message);
    }

    abstract private function channel(): string;
}

#[Entity(table: 'orders')]
#[\AllowDynamicProperties]
final class Order extends Base\Model implements Payable, \JsonSerializable
{
    use Loggable, SoftDeletes {
        Loggable::log as protected traitLog;
    }

    public string $state {
        get => $this->rawState;
        set(string $value) {
            $this->rawState = strtolower($value);
        }
    }

    /**
     * Makes an order.
     */
    #[Pure]
    public function __construct(
        private readonly array $items,
        #[SensitiveParameter] protected string $token = '',
    ) {
        parent::__construct();
    }

    // Only one line.

    /** @inheritDoc */
    #[\Override] public function pay(Amount $amount, ?string $note = null): void
    {
        try {
            $handler = new class($amount) extends Handler {
                public function handle(): bool
                {
                    return true;
                }
            };
            ($this->callback)($handler->handle());
        } catch (GatewayError | \RuntimeException $e) {
            throw new PaymentFailed($e->getMessage(), previous: $e);
        }
    }

    public static function fromArray(array $data): static
    {
        $build = function (array $row) use ($data): Item {
            return namespace\build_item($row);
        };
        return new static(array_map($build, $data));
    }

    public function jsonSerialize(): mixed { return ['items' => $this->items, 'total' => total($this->items)]; }
}

enum State: string implements HasLabel
{
    case Open = 'open';
    #[Label('Paid')]
    case Paid = 'paid';

    public function label(): string
    {
        return match ($this) { self::Open => \__('open'), self::Paid => \__('paid') };
    }
}
?>
<h1><?= format('%d orders', count($orders)) ?></h1>
<?php foreach ($orders as $order): ?>
  <li><?php echo htmlspecialchars($order->state) ?></li>
<?php endforeach ?>
<?php
namespace Shop\View;

/** Shows an order. */
function show(Order $order): string { return render('order', compact('order')); }
