@file:JvmName("Mailers")

package org.acme.mail

import kotlinx.coroutines.flow.*
import org.acme.Address as MailAddress

/** How many letters go out at once. */
const val LIMIT = 16

private val log = Logger.of("mail")

/**
 * Writes to a log.
 */
typealias Sink = suspend (String) -> Unit

// A short form.
fun mailer(block: Mailer.() -> Unit): Mailer = Mailer(LIMIT).apply(block)

/** The host of an address. */
val MailAddress.host: String
    get() = text.substringAfter('@')

val <T> List<T>?.orNothing: List<T> get() = this ?: emptyList()

/**
 * Sends and forgets.
 *
 * @receiver where it goes
 */
@Deprecated("waits for nobody", ReplaceWith("send(letter)"))
@JvmOverloads
public suspend inline fun <reified T : Letter> MailAddress.post(
    letter: T,
    crossinline done: (T) -> Unit = {},
): Result<T> where T : Any {
    val failed: (Throwable) -> Unit = { log.warn(it) }
    return try {
        channel<T>().trySend(letter).onFailure { failed(it!!) }
        Result.success(letter.also(done))
    } catch (e: java.io.IOException) {
        Result.failure(DeliveryException(this, e))
    }
}

fun Map.Entry<String, Int>?.show() = "$this"

sealed interface Letter {
    val subject: String

    /** Turns it into text. */
    fun render(): String

    fun size() = render().length
}

data class Note(override val subject: String, @Transient val text: String = "") : Letter {
    override fun render() = text
}

fun interface Filter<in T> {
    operator fun invoke(letter: T): Boolean
}

annotation class Audited

@Audited
open class Mailer @Inject internal constructor(
    private val limit: Int,
    sinks: List<Sink> = listOf(),
) : AbstractMailer<Letter>(limit), Closeable by resources, Iterable<Letter> {
    private val queue = ArrayDeque<Letter>()
    private val worker by lazy { Worker(queue) }

    init {
        require(limit > 0) { "limit" }
    }

    constructor(sink: Sink) : this(1, listOf(sink)) {
        start()
    }

    /** How many wait. */
    var waiting: Int = 0
        get() = field + queue.size
        private set(value) {
            check(value >= 0)
            field = value
        }

    var name = "mailer"
        private set

    val onError = { error: Throwable ->
        log.warn(error)
        waiting -= 1
    }

    // Starts it.
    fun start() {
        fun attempt(left: Int): Boolean = left > 0 && (worker.run() || attempt(left - 1))
        val tick = object : Timer(limit), Runnable {
            override fun run() {
                queue.forEach(::send)
            }
        }
        attempt(3) or tick.isRunning
    }

    @Synchronized override fun iterator(): Iterator<Letter> = queue.iterator()

    protected abstract inner class Attempt : Runnable

    companion object : Factory<Mailer> {
        const val DEFAULT = "default"

        @JvmStatic
        override fun create() = Mailer(LIMIT)
    }

    object Registry {
        private val all = mutableMapOf<String, Mailer>()

        operator fun get(name: String): Mailer? = all[name]
    }

    enum class State(val label: String) : HasLabel {
        OPEN("open") {
            override fun next() = CLOSED
        },
        CLOSED("closed");

        open fun next(): State = this
    }
}

expect fun platformSend(letter: Letter)
