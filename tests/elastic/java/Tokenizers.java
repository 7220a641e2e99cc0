import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.pattern.SimplePatternTokenizer;
import org.apache.lucene.analysis.util.CharTokenizer;
import org.apache.lucene.util.AttributeFactory;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Tokenizers of the distribution's modules analysis-common and analysis-smartcn. */
final class Tokenizers {
    private static final int PUNCTUATION = 1 << Character.START_PUNCTUATION | 1 << Character.END_PUNCTUATION
        | 1 << Character.OTHER_PUNCTUATION | 1 << Character.CONNECTOR_PUNCTUATION
        | 1 << Character.DASH_PUNCTUATION | 1 << Character.INITIAL_QUOTE_PUNCTUATION
        | 1 << Character.FINAL_QUOTE_PUNCTUATION;
    private static final int SYMBOLS = 1 << Character.CURRENCY_SYMBOL | 1 << Character.MATH_SYMBOL
        | 1 << Character.OTHER_SYMBOL | 1 << Character.MODIFIER_SYMBOL;

    static final Map<String, AnalysisProvider<TokenizerFactory>> BY_NAME = Map.of(
        "smartcn_tokenizer", made(settings -> HMMChineseTokenizer::new),
        "keyword", made(settings -> KeywordTokenizer::new),
        "whitespace", made(settings -> WhitespaceTokenizer::new),
        "pattern", made(Tokenizers::pattern),
        "simple_pattern", made(settings -> () -> new SimplePatternTokenizer(settings.get("pattern", ""))),
        "char_group", made(Tokenizers::charGroup),
        "ngram", Tokenizers::ngram);

    private static AnalysisProvider<TokenizerFactory> made(Function<Settings, Supplier<Tokenizer>> from) {
        return (index, environment, name, settings) -> TokenizerFactory.newFactory(name, from.apply(settings));
    }

    private static Supplier<Tokenizer> pattern(Settings settings) {
        Pattern pattern = Regex.compile(settings.get("pattern", "\\W+"), settings.get("flags"));
        int group = settings.getAsInt("group", -1);
        return () -> new PatternTokenizer(pattern, group);
    }

    private static Supplier<Tokenizer> charGroup(Settings settings) {
        IntPredicate separates = oneOf(settings.getAsList("tokenize_on_chars"));
        int longest = settings.getAsInt("max_token_length", CharTokenizer.DEFAULT_MAX_WORD_LEN);
        return () -> new CharTokenizer(AttributeFactory.DEFAULT_ATTRIBUTE_FACTORY, longest) {
            @Override
            protected boolean isTokenChar(int c) {
                return !separates.test(c);
            }
        };
    }

    private static TokenizerFactory ngram(
            IndexSettings index, Environment environment, String name, Settings settings) {
        int shortest = settings.getAsInt("min_gram", NGramTokenizer.DEFAULT_MIN_NGRAM_SIZE);
        int longest = settings.getAsInt("max_gram", NGramTokenizer.DEFAULT_MAX_NGRAM_SIZE);
        Needed.smallDifference(index, shortest, longest, name);
        List<String> classes = settings.getAsList("token_chars");
        IntPredicate keeps = classes.isEmpty() ? c -> true : oneOf(classes);
        return TokenizerFactory.newFactory(name, () -> new NGramTokenizer(shortest, longest) {
            @Override
            protected boolean isTokenChar(int c) {
                return keeps.test(c);
            }
        });
    }

    /** The characters that are named themselves, escaped, or by their class. */
    private static IntPredicate oneOf(List<String> names) {
        IntPredicate found = c -> false;
        for (String name : names) {
            found = found.or(name.length() == 1 ? c -> c == name.charAt(0)
                : name.startsWith("\\") ? c -> c == CharFilters.unescaped(name).charAt(0)
                : characterClass(name));
        }
        return found;
    }

    private static IntPredicate characterClass(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "letter" -> Character::isLetter;
            case "digit" -> Character::isDigit;
            case "whitespace" -> Character::isWhitespace;
            case "punctuation" -> c -> (PUNCTUATION >> Character.getType(c) & 1) == 1;
            case "symbol" -> c -> (SYMBOLS >> Character.getType(c) & 1) == 1;
            default -> throw new IllegalArgumentException("unknown class of characters [" + name + "]");
        };
    }

    private Tokenizers() {}
}
