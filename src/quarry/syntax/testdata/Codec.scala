/*
 * Copyright the Quarry authors.
 */

package org.acme
package codec

import scala.annotation.{tailrec => loop}
import cats.syntax.all._

/** Turns values into text and back.
  *
  * @tparam A what is read
  */
@implicitNotFound("no codec for ${A}")
sealed abstract class Codec[F[_], A](val name: String)(implicit F: Monad[F])
    extends Reader[F, A](name)
    with Writer[A]
    with Serializable { self =>

  private[this] val cache = new TrieMap[String, A]

  /** Reads one value. */
  @throws[CodecError]("if the text is bad")
  def read(text: String)(implicit context: Context): F[A]

  def write(value: A): String

  def this() = this("unnamed")

  // Reads many.
  final def readAll(texts: List[String]): F[List[A]] = {
    @loop
    def go(left: List[String], done: List[F[A]]): List[F[A]] = left match {
      case head :: tail => go(tail, read(head) :: done)
      case Nil => done.reverse
    }
    go(texts, Nil).sequence[F, A]
  }

  def map[B](f: A => B)(g: B => A): Codec[F, B] = new Codec[F, B](name) {
    override def read(text: String)(implicit context: Context) = F.map(self.read(text))(f)
    override def write(value: B): String = self write g(value)
  }

  val handle: PartialFunction[Throwable, F[A]] = {
    case CodecError(message) => F.raiseError(CodecError(message))
    case other               => throw new IllegalStateException(other)
  }

  val short = (text: String) => text.take(3)

  def +++[B](that: Codec[F, B]): Codec[F, (A, B)] = Codec.product(this, that)
  def `type`: String = name
  def name_=(value: String): Unit = ()

  type Result = Either[CodecError, A]
}

/** The companion. */
object Codec extends CodecInstances {
  def apply[F[_], A](implicit codec: Codec[F, A]): Codec[F, A] = codec

  /** For numbers. */
  implicit val intCodec: Codec[Option, Int] = new Codec[Option, Int]("int") {
    def read(text: String)(implicit context: Context): Option[Int] = text.toIntOption
    def write(value: Int): String = value.toString
  }

  implicit final class CodecOps[A](private val value: A) extends AnyVal {
    def encode(implicit codec: Codec[Option, A]): String = codec.write(value)
  }

  implicit def listCodec[A: Codec.Of]: Codec[Option, List[A]] =
    Codec.Of[A].many.imap { list => list.toList }(_.toVector)

  case class CodecError(message: String) extends Exception(message)
  case object Missing extends scala.util.control.NoStackTrace
}

package object syntax {
  def decode(text: String) = Codec[Option, Int].read(text)
}
