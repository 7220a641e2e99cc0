import java.io.StringReader;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexService.IndexCreationContext;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalysisMode;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.CustomAnalyzer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;

/**
 * The filter synonym_graph with rules in Solr's format, given in the settings ({@code synonyms}) or in a file
 * ({@code synonyms_path}). The rules are read through the tokenizer and the filters before this one, as in the
 * distribution. Sets of synonyms kept in an index are not supported here.
 */
final class SynonymGraph implements TokenFilterFactory {
    private final String name;
    private final List<String> rules;
    private final boolean expand;
    private final AnalysisMode mode;

    SynonymGraph(IndexSettings index, Environment environment, String name, Settings settings) {
        this.name = name;
        rules = Analysis.getWordList(environment, settings, "synonyms");
        if (rules == null) {
            throw new IllegalArgumentException("[" + name + "] needs synonyms or synonyms_path");
        }
        expand = settings.getAsBoolean("expand", true);
        mode = settings.getAsBoolean("updateable", false) ? AnalysisMode.SEARCH_TIME : AnalysisMode.ALL;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public AnalysisMode getAnalysisMode() {
        return mode;
    }

    @Override
    public TokenStream create(TokenStream tokens) {
        throw new IllegalStateException("[" + name + "] is not part of an analyzer yet");
    }

    @Override
    public TokenFilterFactory getChainAwareTokenFilterFactory(
            IndexCreationContext context,
            TokenizerFactory tokenizer,
            List<CharFilterFactory> charFilters,
            List<TokenFilterFactory> before,
            Function<String, TokenFilterFactory> all) {
        Analyzer reader = new CustomAnalyzer(
            tokenizer,
            charFilters.toArray(CharFilterFactory[]::new),
            before.stream().map(TokenFilterFactory::getSynonymFilter).toArray(TokenFilterFactory[]::new));
        return new InChain(name, mode, parsed(reader));
    }

    private SynonymMap parsed(Analyzer reader) {
        try {
            SolrSynonymParser parser = new SolrSynonymParser(true, expand, reader);
            parser.parse(new StringReader(String.join("\n", rules)));
            return parser.build();
        } catch (Exception e) {
            throw new IllegalArgumentException("failed to build synonyms of [" + name + "]", e);
        }
    }

    private record InChain(String name, AnalysisMode mode, SynonymMap synonyms) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return synonyms.fst == null ? tokens : new SynonymGraphFilter(tokens, synonyms, false);
        }

        @Override
        public TokenFilterFactory getSynonymFilter() {
            return IDENTITY_FILTER; // the rules of a later synonym filter are not expanded by this one
        }

        @Override
        public AnalysisMode getAnalysisMode() {
            return mode;
        }
    }
}
