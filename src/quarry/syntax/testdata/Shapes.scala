package shapes

import scala.math.*

/** What has an area. */
trait Shape derives CanEqual:
  def area: Double

  /** Compares areas. */
  def larger(other: Shape): Boolean =
    val mine = area
    mine > other.area
end Shape

enum Color(val rgb: Int):
  case Red extends Color(0xff0000)
  case Mixed(parts: List[Color]) extends Color(0)

  def hex: String = f"#$rgb%06x"
end Color

opaque type Meters = Double

// Circles.
case class Circle(radius: Double) extends Shape:
  def area: Double =
    Pi * pow(radius, 2)

object Circle:
  def unit: Circle = Circle(1)

  given Ordering[Circle] with
    def compare(a: Circle, b: Circle): Int =
      a.radius.compareTo(b.radius)

  /** Shows a circle. */
  given show: Show[Circle] = Show.from(circle => s"(${circle.radius})")

/** More for shapes. */
extension (shape: Shape)
  def double: Double = shape.area * 2

  def scaled(by: Double)(using context: Context): Double =
    if by > 0 then
      context.scale(shape.area, by)
    else 0

extension [A](list: List[A])
  def second: A = list(1)

@main def run(count: Int): Unit =
  for i <- 1 to count do
    println(Circle(i).larger(Circle.unit))
