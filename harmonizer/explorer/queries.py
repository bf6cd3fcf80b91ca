"""Queries to begin with. Each is run by a test over the bundled data."""

from __future__ import annotations

EXAMPLES = {
    "Frameworks with version, licence and status of the text": """SELECT ?framework ?version ?textStatus ?licence
WHERE {
  ?item a hz:FrameworkVersion ; hz:shortTitle ?framework ; hz:version ?version ;
        hz:textStatus ?textStatus ; dct:license ?licence .
}
ORDER BY ?framework ?version""",
    "Leaf objectives that most requirements ask for": """SELECT ?leaf ?title
       (COUNT(DISTINCT ?requirement) AS ?requirements)
WHERE {
  ?row a hz:Mapping ; sssom:subject_id ?requirement ; sssom:object_id ?leaf .
  ?leaf skos:prefLabel ?title .
}
GROUP BY ?leaf ?title
ORDER BY DESC(?requirements) ?leaf
LIMIT 25""",
    "Deadlines for notices, with who states them": """SELECT ?objective ?operator ?value ?clock ?requirement
WHERE {
  ?row a hz:Constraint ; odrl:leftOperand dimension:notice-deadline ; odrl:operator ?operator ;
       odrl:rightOperand ?value ; hz:tightens ?objective ; hz:statedBy ?requirement .
  OPTIONAL { ?row hz:clock ?clock }
}
ORDER BY ?objective ?value ?requirement""",
    "Candidate controls that satisfy most leaf objectives": """SELECT ?control ?title ?effort
       (COUNT(DISTINCT ?leaf) AS ?leaves)
WHERE {
  ?claim a hz:Satisfaction ; hz:claimOf ?control ; hz:satisfies ?leaf .
  ?control dct:title ?title ; hz:effortLikely ?effort .
}
GROUP BY ?control ?title ?effort
ORDER BY DESC(?leaves) ?control
LIMIT 25""",
    "Mapping rows by basis and state of review": """SELECT ?basis ?state (COUNT(?row) AS ?rows)
WHERE { ?row a hz:Mapping ; hz:basis ?basis ; hz:reviewState ?state . }
GROUP BY ?basis ?state
ORDER BY ?basis ?state""",
}
